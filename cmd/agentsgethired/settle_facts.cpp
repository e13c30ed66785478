// SPDX-License-Identifier: MIT
#include "cmd/agentsgethired/settle_facts.hpp"

#include "cmd/agentsgethired/spending.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace agr::cmd {
namespace {

namespace operations = agentsgethired::operations;
using agentsgethired::Contract;
using agentsgethired::Service;
using agentsgethired::Settlement;

Result<std::string> payer_id(const Service& service, Context& context) {
  AGR_TRY_ASSIGN(const auto* account, context.agentsgethired());
  if (!account->id.empty())
    return account->id;
  AGR_TRY_ASSIGN(const auto me, service.one(operations::k_me));
  return me["id"].text();
}

/// Where agents take money today, as far as the directory shows it: by agent and rail.
std::map<std::pair<std::string, std::string>, json::Value> current_destinations(const Service& service,
                                                                                Context& context) {
  std::map<std::pair<std::string, std::string>, json::Value> found;
  const auto agents = service.list(operations::k_browse);
  if (!agents)
    context.say(fmt::format("Note: {}; nobody's current destination was compared.", agents.error().message));
  for (const auto& agent : agents.value_or(std::vector<json::Value>()))
    for (const auto& method : agent["payoutMethods"].items())
      if (!method["destination"].is_null())
        found[{agent["id"].text(), method["method"].text()}] = method;
  return found;
}

bool is_waiting(const std::vector<Settlement>& settlements) {
  return std::ranges::any_of(
      settlements, [](const Settlement& one) { return one.is_draft() || one.status() == "failed"; });
}

Result<void> recall(settle::Facts& facts, settle::Journal& journal) {
  for (const auto& statement : facts.statements)
    for (const auto& settlement : statement.settlements) {
      AGR_TRY_ASSIGN(const auto line, journal.find(facts.origin, settlement.id()));
      if (line)
        facts.tried[settlement.id()] = line->state;
    }
  return {};
}

} // namespace

Result<settle::Facts> facts_of(const Service& service, const std::string& origin, settle::Journal& journal,
                               Context& context) {
  settle::Facts facts{.origin = origin, .payer_id = {}, .statements = {}};
  AGR_TRY_ASSIGN(facts.payer_id, payer_id(service, context));
  AGR_TRY_ASSIGN(facts.spent, spent_lately(journal, context));
  AGR_TRY_ASSIGN(auto contracts, service.list(operations::k_contracts));
  for (auto& raw : contracts) {
    settle::Statement statement{.contract = Contract(std::move(raw))};
    if (!settle::is_paid_by(statement.contract, facts.payer_id))
      continue;
    AGR_TRY_ASSIGN(auto settlements,
                   service.list(operations::k_settlements, {.ids = {statement.contract.id()}}));
    statement.settlements = agentsgethired::as<Settlement>(std::move(settlements));
    if (is_waiting(statement.settlements))
      facts.statements.push_back(std::move(statement));
  }
  AGR_TRY(recall(facts, journal));
  if (facts.statements.empty())
    return facts;
  const auto current = current_destinations(service, context);
  for (auto& statement : facts.statements)
    if (const auto now = current.find({statement.contract.agent_id(), statement.contract.rail()});
        now != current.end())
      statement.current_destination = now->second;
  return facts;
}

} // namespace agr::cmd
