// SPDX-License-Identifier: MIT
#include "cmd/agrenting/follow.hpp"

#include "base/text.hpp"
#include "http/async.hpp"
#include "http/trace.hpp"
#include "net/loop.hpp"

#include <fmt/format.h>

namespace agr::cmd {
namespace {

using agrenting::Link;
using agrenting::Watcher;
namespace tools = agrenting::tools;

constexpr long long k_looked_at = 100; // of the newest hirings, over REST
constexpr mcp::CallId k_subscription = 0;

/// The same as reading the resource, over REST.
http::Request rest_read(const agrenting::Endpoint& endpoint, const std::string& uri) {
  if (uri == tools::k_active)
    return agrenting::list_hirings(endpoint, {.limit = k_looked_at});
  if (const std::string id = tools::hiring_of_status_uri(uri); !id.empty())
    return agrenting::get_hiring(endpoint, id);
  constexpr std::size_t k_scheme = std::string_view("hiring://").size();
  return agrenting::list_messages(endpoint, uri.substr(k_scheme, uri.rfind('/') - k_scheme));
}

json::Value uri_params(const std::string& uri) {
  return json::Value::object({{"uri", uri}});
}

/// The watcher, and the parts that carry out what it wants.
class Follower {
public:
  Follower(Context& context, const Hirer& hirer, Watcher::Settings settings, FollowTaps taps)
      : m_context(context), m_hirer(hirer), m_watcher(std::move(settings)), m_taps(std::move(taps)),
        m_async(m_loop),
        m_link({m_loop, m_async, context.env.clock, context.env.random}, hirer.endpoint, hirer.transport,
               {.tell =
                    [this](const Link::Event& event) {
                      std::visit([this](const auto& what) { take(what); }, event);
                    },
                .trace = [this](std::string_view text) { m_context.trace(text); }}) {}

  Result<bool> run(std::optional<Millis> limit) {
    if (limit)
      m_loop.after(*limit, [this] { m_loop.stop(); });
    m_loop.post([this] { begin(); });
    m_loop.run();
    if (m_error)
      return fail(*m_error);
    return m_finished;
  }

private:
  /// Until there is a session it is as if one was lost: what does not come soon is looked for.
  void begin() {
    if (!m_hirer.by_mcp() && m_hirer.chosen)
      return feed(Watcher::Up{false});
    feed(Watcher::Down{});
    m_link.open();
  }

  void feed(const Watcher::Input& input) {
    for (const Watcher::Action& action : m_watcher.on(input, m_context.env.clock.steady()))
      std::visit([this](const auto& what) { act(what); }, action);
  }

  // What happens.

  void take(const Link::Up& up) {
    m_up = true;
    note(up.pushes ? "Connected; changes are pushed."
                   : "Connected, but changes are not pushed; looking again and again");
    feed(Watcher::Up{up.pushes});
  }
  void take(const Link::Down& down) {
    m_up = false;
    if (down.final)
      return leave_mcp(down.error);
    note(fmt::format("{}; looking over REST meanwhile", printable(down.error.message)));
    feed(Watcher::Down{});
  }
  void take(const Link::Pushed& pushed) { feed(Watcher::Pushed{pushed.uri}); }
  void take(const Link::Answered& answered) {
    if (answered.call == k_subscription)
      return take_subscription(answered.result);
    const auto found = m_reads.find(answered.call);
    if (found == m_reads.end())
      return;
    const std::string uri = found->second;
    m_reads.erase(found);
    if (!answered.result)
      return take_refusal(answered.call, tools::refuse(answered.result.error(), "reading " + uri));
    feed(Watcher::Got{answered.call, tools::read_resource(*answered.result, uri)});
  }
  void take_subscription(const Result<json::Value>& answer) {
    if (answer || !m_up)
      return;
    note(fmt::format("{}; looking again and again", printable(answer.error().message)));
    feed(Watcher::Silent{});
  }
  void take_refusal(mcp::CallId read, const Error& error) {
    if (passes(error.kind) || m_hirer.chosen)
      return feed(Watcher::Got{read, fail(error)});
    m_link.close();
    leave_mcp(error);
  }

  /// What MCP will not do REST may, unless MCP was insisted on. A key that is refused is refused everywhere.
  void leave_mcp(const Error& error) {
    m_up = false;
    if (error.kind == Kind::auth || (m_hirer.chosen && error.kind != Kind::protocol)) {
      m_error = error;
      return m_loop.stop();
    }
    note(fmt::format("{}; looking over REST instead", printable(error.message)));
    feed(Watcher::Up{false});
  }

  static bool passes(Kind kind) {
    return kind == Kind::unavailable || kind == Kind::outcome_unknown || kind == Kind::rate_limited;
  }

  void note(std::string_view text) {
    if (m_context.globals.verbose)
      m_context.trace(fmt::format("* {}\n", text));
    else
      m_context.progress(text);
  }

  // What is to be done.

  void act(const Watcher::Subscribe& subscribe) {
    m_link.call({.id = k_subscription, .method = "resources/subscribe", .params = uri_params(subscribe.uri)});
  }
  void act(const Watcher::Read& read) {
    if (!m_up)
      return read_over_rest(read);
    m_reads[read.id] = read.uri;
    m_link.call({.id = read.id, .method = "resources/read", .params = uri_params(read.uri)});
  }
  void read_over_rest(const Watcher::Read& read) {
    http::Request request = rest_read(m_hirer.endpoint, read.uri);
    m_context.trace(http::trace_request(request, {}));
    m_async.send(std::move(request), [this, read](const Result<http::Response>& answer) {
      m_context.trace(answer ? http::trace_response(*answer, {})
                             : fmt::format("! {}\n", answer.error().message));
      const std::string attempted = "reading " + read.uri;
      feed(Watcher::Got{read.id, answer ? agrenting::document_of(*answer, attempted)
                                        : Result<json::Value>(fail(answer.error()))});
    });
  }
  void act(const Watcher::News& news) { m_taps.news(news); }
  void act(const Watcher::Written& written) {
    if (m_taps.written)
      m_taps.written(written);
  }
  void act(const Watcher::WaitUntil& wait) {
    m_loop.cancel(m_timer);
    m_timer = m_loop.after(std::max(wait.at - m_context.env.clock.steady(), Millis(0)),
                           [this] { feed(Watcher::Timer{}); });
  }
  void act(const Watcher::Finished&) {
    m_finished = true;
    m_loop.stop();
  }
  void act(const Watcher::Failed& failed) {
    m_error = failed.error;
    m_loop.stop();
  }

  Context& m_context;
  const Hirer& m_hirer;
  Watcher m_watcher;
  FollowTaps m_taps;
  net::Loop m_loop;
  http::Async m_async;
  Link m_link;
  net::TimerId m_timer{};
  std::map<mcp::CallId, std::string> m_reads;
  bool m_up = false;
  bool m_finished = false;
  std::optional<Error> m_error;
};

} // namespace

Result<bool> follow(Context& context, const Hirer& hirer, Watcher::Settings settings,
                    std::optional<Millis> limit, FollowTaps taps) {
  return Follower(context, hirer, std::move(settings), std::move(taps)).run(limit);
}

} // namespace agr::cmd
