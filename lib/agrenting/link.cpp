// SPDX-License-Identifier: MIT
#include "agrenting/link.hpp"

#include "base/text.hpp"
#include "base/version.hpp"
#include "http/errors.hpp"
#include "http/trace.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace agr::agrenting {
namespace {

constexpr std::string_view k_attempt = "opening the session with Agrenting";

std::string url_of(const Endpoint& endpoint, std::string_view path) {
  std::string_view base = endpoint.base;
  while (base.ends_with('/'))
    base.remove_suffix(1);
  return fmt::format("{}{}", base, path);
}

mcp::Settings settings_for(std::string url) {
  return {.stream_url = std::move(url), .client_version = std::string(k_version)};
}

mcp::Opened opened_of(const http::Response& head) {
  mcp::Opened opened{.status = head.status, .content_type = std::string(head.header("content-type"))};
  if (!head.ok())
    opened.error = http::error_of(head, k_attempt);
  return opened;
}

mcp::Posted posted_of(mcp::PostTag tag, Result<http::Response> answer) {
  mcp::Posted posted{.tag = tag};
  if (!answer) {
    posted.error = std::move(answer).error();
    return posted;
  }
  posted.status = answer->status;
  posted.content_type = answer->header("content-type");
  posted.session_id = answer->header("mcp-session-id");
  if (!answer->ok())
    posted.error = http::error_of(*answer, "a message to Agrenting");
  posted.body = std::move(answer->body);
  return posted;
}

/// Not the key and not the moment, but the place: there is no stream at this address.
bool has_no_stream(const Error& error) {
  return error.http_status == 404 || error.http_status == 405 || error.http_status == 410;
}

bool is_final(const Error& error) {
  return error.http_status == 401 || error.http_status == 403 || error.kind == Kind::auth ||
         error.kind == Kind::config || error.kind == Kind::protocol;
}

bool is_tool(const mcp::Post& post) {
  return post.kind == mcp::PostKind::request &&
         post.body.find(R"("method":"tools/call")") != std::string::npos;
}

} // namespace

Link::Link(Parts parts, Endpoint endpoint, Transport transport, Taps taps)
    : m_parts(parts), m_endpoint(std::move(endpoint)), m_transport(transport), m_taps(std::move(taps)) {}

Link::~Link() {
  m_parts.async.cancel(m_stream);
  m_parts.loop.cancel(m_timer);
}

void Link::open() {
  ++m_generation;
  m_up = m_brought_news = false;
  if (m_transport == Transport::sse)
    open_sse();
  else
    open_http();
}

void Link::close() {
  forget_session();
  m_up = false;
}

void Link::open_sse() {
  const std::string url = url_of(m_endpoint, "/mcp/hirer/sse");
  m_session.emplace<mcp::Session>(settings_for(url));
  http::Request request{
      .url = url, .headers = {{"Accept", "text/event-stream"}}, .credential = m_endpoint.credential};
  trace(http::trace_request(request, {}));
  m_stream = m_parts.async.open(std::move(request), stream_handlers());
}

void Link::open_http() {
  auto& session = m_session.emplace<mcp::HttpSession>(settings_for(url_of(m_endpoint, "/mcp/hirer")));
  act_all(session.start(m_parts.clock.steady()));
}

/// The stream of pushes over Streamable HTTP, which the service need not have.
void Link::listen(const mcp::HttpSession& session) {
  http::Request request{.url = url_of(m_endpoint, "/mcp/hirer"),
                        .headers = {{"Accept", "text/event-stream"}},
                        .credential = m_endpoint.credential};
  for (const auto& [name, value] : session.headers())
    request.headers.push_back({name, value});
  trace(http::trace_request(request, {}));
  m_stream = m_parts.async.open(std::move(request), stream_handlers());
}

http::StreamHandlers Link::stream_handlers() {
  const std::uint64_t generation = m_generation;
  const auto current = [this, generation] { return generation == m_generation; };
  return {.on_open =
              [this, current](const http::Response& head) {
                trace(http::trace_response(head, {}));
                if (!current())
                  return;
                feed(opened_of(head));
                if (const auto* session = current() ? as_http() : nullptr)
                  come_up(m_can_push && session->hears_pushes());
              },
          .on_bytes =
              [this, current](std::string_view bytes) {
                if (current())
                  feed(mcp::Bytes{bytes});
              },
          .on_end =
              [this, current](Result<void> how) {
                if (!current())
                  return;
                const auto* session = as_http();
                if (session != nullptr && !session->hears_pushes())
                  return come_up(false); // refused, which is not a loss
                if (session != nullptr)
                  return lose(how ? Error{Kind::unavailable, "the service closed the stream"} : how.error());
                feed(mcp::Ended{how ? std::optional<Error>() : std::move(how).error()});
              }};
}

void Link::call(const mcp::Call& call) {
  if (!std::holds_alternative<std::monostate>(m_session))
    return feed(call);
  m_taps.tell(Answered{call.id, fail({Kind::unavailable, "there is no session with Agrenting right now"})});
}

void Link::feed(const mcp::Input& input) {
  const Millis now = m_parts.clock.steady();
  if (auto* session = std::get_if<mcp::Session>(&m_session))
    act_all(session->on(input, now));
  else if (auto* newer = std::get_if<mcp::HttpSession>(&m_session))
    act_all(newer->on(input, now));
}

void Link::act_all(const std::vector<mcp::Action>& actions) {
  const std::uint64_t generation = m_generation;
  for (const mcp::Action& action : actions) {
    if (generation != m_generation)
      return;
    std::visit([this](const auto& what) { act(what); }, action);
  }
}

/// A tool may change something, and libcurl sends again what it believes unsent on a connection that was
/// open: tools get a connection of their own, everything else may arrive twice without harm.
void Link::act(const mcp::Post& post) {
  http::Request request{
      .method = "POST",
      .url = post.url,
      .headers = {{"Content-Type", "application/json"}, {"Accept", "application/json, text/event-stream"}},
      .body = post.body,
      .credential = m_endpoint.credential,
      .repeat = is_tool(post) ? http::Repeat::never : http::Repeat::keyed};
  for (const auto& [name, value] : post.headers)
    request.headers.push_back({name, value});
  trace(http::trace_request(request, {}));
  const auto lane = post.kind == mcp::PostKind::pong ? http::Lane::urgent : http::Lane::normal;
  m_parts.async.send(
      std::move(request),
      [this, tag = post.tag, generation = m_generation](Result<http::Response> answer) {
        trace(answer ? http::trace_response(*answer, {}) : fmt::format("! {}\n", answer.error().message));
        if (generation == m_generation)
          feed(posted_of(tag, std::move(answer)));
      },
      lane);
}

void Link::act(const mcp::Ready& ready) {
  m_can_push = ready.server["capabilities"]["resources"]["subscribe"].as_bool().value_or(false);
  if (const auto* session = as_http())
    return listen(*session);
  come_up(m_can_push);
}

void Link::come_up(bool pushes) {
  if (!std::exchange(m_up, true)) {
    m_up_since = m_parts.clock.steady();
    m_taps.tell(Up{pushes});
  }
}

void Link::act(const mcp::Reply& reply) {
  m_brought_news = true;
  m_taps.tell(Answered{reply.call, reply.result});
}

void Link::act(const mcp::Notification& notification) {
  if (notification.method != "notifications/resources/updated")
    return;
  m_brought_news = true;
  m_taps.tell(Pushed{notification.params["uri"].text()});
}

void Link::act(const mcp::Failed& failed) {
  const auto* session = as_http();
  if (session == nullptr && !m_up && has_no_stream(failed.error)) {
    m_transport = Transport::http;
    m_parts.async.cancel(m_stream);
    return open();
  }
  Error error = failed.error;
  if (session != nullptr && session->is_foreign())
    error = {Kind::protocol, fmt::format("there is no MCP at {}: {}", m_endpoint.base, error.message),
             "the same is there over REST: --via rest"};
  lose(error);
}

void Link::act(const mcp::WaitUntil& wait) {
  m_parts.loop.cancel(m_timer);
  m_timer = m_parts.loop.after(std::max(wait.at - m_parts.clock.steady(), Millis(0)),
                               [this] { feed(mcp::Timer{}); });
}

void Link::forget_session() {
  ++m_generation;
  m_parts.async.cancel(m_stream);
  m_parts.loop.cancel(m_timer);
  m_session.emplace<std::monostate>();
}

void Link::lose(const Error& error) {
  forget_session();
  if (std::exchange(m_up, false))
    m_backoff.session_ended(m_parts.clock.steady() - m_up_since, m_brought_news);
  if (is_final(error))
    return m_taps.tell(Down{error, Millis(0), true});
  const Millis wait = m_backoff.next(m_parts.random.number(), error.retry_after.value_or(Millis(0)));
  m_timer = m_parts.loop.after(wait, [this] { open(); });
  m_taps.tell(Down{error, wait, false});
}

void Link::trace(std::string_view text) const {
  if (m_taps.trace)
    m_taps.trace(text);
}

} // namespace agr::agrenting
