// SPDX-License-Identifier: MIT
#include "cmd/agrenting/hirer.hpp"

#include "base/text.hpp"
#include "http/async.hpp"
#include "net/loop.hpp"

#include <fmt/format.h>

#include <optional>

namespace agr::cmd {

using agrenting::Endpoint;
using agrenting::Link;
using agrenting::Transport;
using agrenting::tools::Call;

namespace {

constexpr int k_tries = 3;
constexpr Millis k_breath{300};

/// The request a call amounts to, for --dry-run.
http::Request shown(const Endpoint& endpoint, const Call& call) {
  std::string_view base = endpoint.base;
  while (base.ends_with('/'))
    base.remove_suffix(1);
  return {.method = "POST",
          .url = fmt::format("{}/mcp/hirer", base),
          .headers = {{"Content-Type", "application/json"}},
          .body = mcp::request_text("1", "tools/call", shown_params_of(call)),
          .credential = endpoint.credential};
}

} // namespace

std::vector<Option> with_via(std::vector<Option> options, std::string_view usual) {
  options.push_back({.names = "--via",
                     .value = "WAY",
                     .help = usual == "mcp" ? "How Agrenting is asked: mcp (the default), or rest"
                                            : "How Agrenting is asked: rest (the default), or mcp",
                     .choices = {"rest", "mcp"}});
  options.push_back({.names = "--transport",
                     .value = "NAME",
                     .help = "How MCP travels: sse (the default), or http (Streamable HTTP)",
                     .choices = {"sse", "http"}});
  return options;
}

// ---- one session, one call at a time -------------------------------------------------------------------

class McpClient::Exchange {
public:
  Exchange(Context& context, Endpoint endpoint, Transport transport)
      : m_context(context), m_endpoint(std::move(endpoint)), m_async(m_loop),
        m_link({m_loop, m_async, context.env.clock, context.env.random}, m_endpoint, transport,
               {.tell =
                    [this](const Link::Event& event) {
                      std::visit([this](const auto& what) { take(what); }, event);
                    },
                .trace = [this](std::string_view text) { m_context.trace(text); }}) {}

  Result<json::Value> call(const Call& call, std::string_view attempted) {
    if (call.changes && m_context.globals.read_only)
      return fail(
          {Kind::forbidden, fmt::format("{} is a change, and only reading is allowed here", call.name)});
    if (call.changes && m_context.globals.dry_run)
      AGR_TRY(m_context.send(shown(m_endpoint, call)));
    m_call = &call;
    m_tries = m_losses = 0;
    m_slowed = Millis(0);
    m_outcome.reset();
    if (!std::exchange(m_opened, true))
      m_link.open();
    send_when_up();
    m_loop.run();
    m_call = nullptr;
    if (!m_outcome->has_value())
      return fail(agrenting::tools::refuse(std::move(*m_outcome).error(), attempted));
    return agrenting::tools::read_answer(call, **m_outcome, attempted);
  }

private:
  void send_when_up() {
    if (m_call == nullptr || !m_up)
      return; // Up comes
    ++m_tries;
    m_link.call({.id = ++m_last_id,
                 .method = std::string(method_of(*m_call)),
                 .params = params_of(*m_call),
                 .timeout = m_context.globals.timeout});
  }

  void send_later(Millis wait) {
    m_loop.after(wait, [this] { send_when_up(); });
  }

  void take(const Link::Up&) {
    m_up = true;
    send_when_up();
  }

  void take(const Link::Down& down) {
    const bool idle = !std::exchange(m_up, false);
    if (m_call == nullptr)
      return;
    m_losses += idle ? 1 : 0;
    const bool too_long = down.error.retry_after && down.wait > m_context.globals.max_wait;
    if (down.final || too_long || m_losses >= k_tries)
      return end(fail(down.error));
    m_context.progress(fmt::format("{}; trying again in {}", down.error.message, for_people(down.wait)));
  }

  void take(const Link::Pushed&) {}

  void take(const Link::Answered& answered) {
    if (m_call == nullptr || answered.call != m_last_id)
      return;
    if (answered.result)
      return end(answered.result);
    const Error& error = answered.result.error();
    if (error.kind == Kind::rate_limited && m_slowed + patience(error) <= m_context.globals.max_wait) {
      m_slowed += patience(error);
      m_context.progress(fmt::format("{}; trying again in {}", error.message, for_people(patience(error))));
      return send_later(patience(error));
    }
    const bool harmless =
        error.kind == Kind::unavailable || (error.kind == Kind::outcome_unknown && m_call->repeatable);
    if (harmless && m_tries < k_tries)
      return send_later(k_breath);
    end(answered.result);
  }

  static Millis patience(const Error& error) { return error.retry_after.value_or(Millis(1000)); }

  void end(Result<json::Value> outcome) {
    m_outcome = std::move(outcome);
    m_loop.stop();
  }

  Context& m_context;
  Endpoint m_endpoint;
  net::Loop m_loop;
  http::Async m_async;
  Link m_link;
  const Call* m_call = nullptr;
  mcp::CallId m_last_id = 0;
  bool m_opened = false;
  bool m_up = false;
  int m_tries = 0;
  int m_losses = 0; // of sessions that never came up
  Millis m_slowed{0};
  std::optional<Result<json::Value>> m_outcome;
};

McpClient::McpClient(Context& context, Endpoint endpoint, Transport transport)
    : m_exchange(std::make_unique<Exchange>(context, std::move(endpoint), transport)) {}

McpClient::~McpClient() = default;

Result<json::Value> McpClient::call(const Call& call, std::string_view attempted) {
  return m_exchange->call(call, attempted);
}

// ---- who asks ------------------------------------------------------------------------------------------

Result<Hirer> hirer_of(const Invocation& given, Context& context, std::string_view usual) {
  AGR_TRY_ASSIGN(const Endpoint endpoint, hirer(context));
  Hirer hirer{endpoint, given.text("--transport") == "http" ? Transport::http : Transport::sse};
  hirer.chosen = given.has("--via") || given.has("--transport");
  const std::string via =
      given.maybe("--via").value_or(given.has("--transport") ? "mcp" : std::string(usual));
  if (via == "mcp")
    hirer.mcp = std::make_shared<McpClient>(context, endpoint, hirer.transport);
  return hirer;
}

Result<agrenting::Hiring> find_hiring(Context& context, const Hirer& hirer, const std::string& id) {
  return ask(context, hirer, agrenting::get_hiring(hirer.endpoint, id),
             agrenting::tools::get_hiring_status(id), agrenting::read_hiring,
             fmt::format("reading hiring {}", printable(id)));
}

Result<agrenting::Hiring> hiring_by_key(const Hirer& hirer, const std::string& key) {
  AGR_TRY_ASSIGN(const json::Value payload,
                 hirer.mcp->call(agrenting::tools::get_hiring_status_by_key(key),
                                 fmt::format("looking for the hiring under the key {}", printable(key))));
  return agrenting::read_hiring(payload);
}

Result<std::vector<agrenting::Agent>> find_agents(Context& context, const Hirer& hirer,
                                                  const agrenting::AgentFilter& filter,
                                                  std::optional<long long> limit) {
  if (!hirer.by_mcp())
    return find_agents(context, hirer.endpoint, filter, limit);
  AGR_TRY_ASSIGN(const json::Value payload,
                 hirer.mcp->call(agrenting::tools::list_agents({.capability = filter.capability,
                                                                .query = filter.query,
                                                                .min_reputation = filter.min_reputation,
                                                                .max_price = filter.max_price,
                                                                .limit = limit}),
                                 "listing agents"));
  AGR_TRY_ASSIGN(auto page, agrenting::read_agents(payload));
  if (limit && page.items.size() > static_cast<std::size_t>(*limit))
    page.items.resize(static_cast<std::size_t>(*limit));
  return std::move(page.items);
}

Result<agrenting::Agent> find_agent(Context& context, const Hirer& hirer, const std::string& did) {
  return find_agent(context, hirer.endpoint, did);
}

Error with_near_miss(Error error, Context& context, const Hirer& hirer, const std::string& did) {
  return with_near_miss(std::move(error), context, hirer.endpoint, did);
}

} // namespace agr::cmd
