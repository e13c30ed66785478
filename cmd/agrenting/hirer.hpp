// SPDX-License-Identifier: MIT
#pragma once

#include "agrenting/link.hpp"
#include "agrenting/tools.hpp"
#include "cmd/agrenting/agrenting_calls.hpp"
#include "cmd/frame/command.hpp"
#include "cmd/frame/context.hpp"

#include <functional>
#include <memory>
#include <string_view>

/// The user of this run as a hirer, over REST or over MCP: the same questions, the same answers.
namespace agr::cmd {

/// Adds --via and --transport.
std::vector<Option> with_via(std::vector<Option> options, std::string_view usual = "rest");

/// Calls tools one after the other over one session, which is opened at the first and opened again when it
/// is lost. What may be called twice is called again after a lost answer; a call that was slowed down waits.
class McpClient {
public:
  McpClient(Context& context, agrenting::Endpoint endpoint, agrenting::Transport transport);
  ~McpClient();

  /// The JSON the tool answered. Errors: the kinds of the REST errors; Kind::outcome_unknown when a change
  /// may have happened. With --dry-run a change is shown instead (Kind::dry_run).
  Result<json::Value> call(const agrenting::tools::Call& call, std::string_view attempted);

private:
  class Exchange;
  std::unique_ptr<Exchange> m_exchange;
};

struct Hirer {
  agrenting::Endpoint endpoint;
  agrenting::Transport transport = agrenting::Transport::sse;
  std::shared_ptr<McpClient> mcp = {}; ///< when MCP is the way
  bool chosen = false;                 ///< the way was named: no other is taken

  [[nodiscard]] bool by_mcp() const { return mcp != nullptr; }
};

/// Errors: Kind::auth without a token.
Result<Hirer> hirer_of(const Invocation& given, Context& context, std::string_view usual = "rest");

/// Asks over whichever way was chosen and reads the answer: the two are read by the same function.
template <class T>
Result<T> ask(Context& context, const Hirer& hirer, http::Request request, const agrenting::tools::Call& call,
              Result<T> (*read)(const json::Value&), std::string_view attempted) {
  if (!hirer.by_mcp())
    return ask(context, std::move(request), read, attempted);
  AGR_TRY_ASSIGN(const json::Value payload, hirer.mcp->call(call, attempted));
  return read(payload);
}

Result<agrenting::Hiring> find_hiring(Context& context, const Hirer& hirer, const std::string& id);
/// The hiring that was made under this key. MCP only. Errors: Kind::not_found when there is none.
Result<agrenting::Hiring> hiring_by_key(const Hirer& hirer, const std::string& key);
/// As their namesakes over REST; MCP knows agents only as a list.
Result<std::vector<agrenting::Agent>> find_agents(Context& context, const Hirer& hirer,
                                                  const agrenting::AgentFilter& filter,
                                                  std::optional<long long> limit);
Result<agrenting::Agent> find_agent(Context& context, const Hirer& hirer, const std::string& did);
Error with_near_miss(Error error, Context& context, const Hirer& hirer, const std::string& did);

} // namespace agr::cmd
