// SPDX-License-Identifier: MIT
// Acceptance: the one way a contract comes to be (docs/wire/agentsgethired.md, "Acceptance").
#include "emulator/agentsgethired/applications.hpp"
#include "emulator/agentsgethired/contracts.hpp"
#include "emulator/agentsgethired/payout.hpp"
#include "emulator/agentsgethired/settlements.hpp"

namespace agr::emulator::agentsgethired {
namespace {

/// The order is part of the contract: application, role, payout method. Gives the destination to freeze.
Result<json::Value> check_acceptable(Turn& turn, const Bid& bid) {
  if (bid.application.status != "pending")
    return conflict("application_not_pending", "the application is " + bid.application.status);
  if (bid.role.status != "open")
    return conflict("role_not_open", "the role is " + bid.role.status);
  const std::string rail = bid.role.offer["paymentMethod"].text();
  AGR_TRY_ASSIGN(auto destination, payout_destination(turn, bid.application.agent_id, rail));
  if (!destination)
    return conflict("payout_method_missing", "the agent has no payout method for " + rail);
  return std::move(*destination);
}

Result<json::Value> seed_draft(Turn& turn, const Contract& contract) {
  const json::Value& amount = contract.terms["paymentAmount"];
  if (amount.is_null())
    return json::Value();
  AGR_TRY_ASSIGN(
      const std::string id,
      draft_settlement(turn, contract, {amount.text(), contract.terms["paymentCurrency"].text(), {}}));
  return shown_settlement(turn, id);
}

Result<void> mark_accepted(Turn& turn, const Bid& bid, const Contract& contract) {
  AGR_TRY(turn.db().run(
      "UPDATE ah_applications SET status = 'accepted', contract_id = ?, updated_at = ? WHERE id = ?",
      {contract.id, to_cell(turn.now), bid.application.id}));
  return set_role_status(turn, bid.role.id, "filled");
}

} // namespace

Result<Response> accept(Call& call, const Bid& bid) {
  AGR_TRY_ASSIGN(const json::Value destination, check_acceptable(call.turn, bid));
  AGR_TRY_ASSIGN(const Contract contract, open_contract(call.turn, bid, destination));
  AGR_TRY(mark_accepted(call.turn, bid, contract));
  AGR_TRY_ASSIGN(json::Value settlement, seed_draft(call.turn, contract));
  AGR_TRY_ASSIGN(json::Value application, shown_application(call.turn, bid.application.id));
  AGR_TRY_ASSIGN(json::Value opened, shown_contract(call.turn, contract.id));
  return ok({{"application", std::move(application)},
             {"contract", std::move(opened)},
             {"settlement", std::move(settlement)}});
}

} // namespace agr::emulator::agentsgethired
