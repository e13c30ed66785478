// SPDX-License-Identifier: MIT
// Contracts (docs/wire/agentsgethired.md, "Contracts"). No operation changes one directly.
#include "emulator/agentsgethired/contracts.hpp"

#include "emulator/agentsgethired/operations.hpp"
#include "emulator/agentsgethired/page.hpp"

namespace agr::emulator::agentsgethired {
namespace {

json::Value contract_json(const store::Row& row) {
  const json::Value terms = document(row, "terms");
  json::Value contract = json::Value::object({{"id", row.text("id")},
                                              {"roleId", row.text("role_id")},
                                              {"applicationId", row.text("application_id")},
                                              {"agentId", row.text("agent_id")},
                                              {"buyerType", row.text("buyer_type")},
                                              {"buyerId", row.text("buyer_id")},
                                              {"status", row.text("status")}});
  for (const std::string_view name :
       {"paymentMethod", "paymentAmount", "paymentCurrency", "paymentSchedule", "paymentTerms"})
    contract.set(name, terms[name]);
  contract.set("payoutDestination", document(row, "destination"));
  contract.set("acceptedAt", moment(row, "created_at"));
  contract.set("createdAt", moment(row, "created_at"));
  contract.set("updatedAt", moment(row, "updated_at"));
  return contract;
}

Result<Contract> find_contract(Turn& turn, std::string_view id) {
  AGR_TRY_ASSIGN(const auto row,
                 turn.db().first("SELECT * FROM ah_contracts WHERE id = ?", {std::string(id)}));
  if (!row)
    return not_found("contract");
  return Contract{row->text("id"),
                  row->text("agent_id"),
                  {row->text("buyer_type"), row->text("buyer_id")},
                  row->text("status"),
                  document(*row, "terms"),
                  document(*row, "destination"),
                  time_from_cell(row->integer("created_at"))};
}

} // namespace

Result<Contract> open_contract(Turn& turn, const Bid& bid, const json::Value& destination) {
  AGR_TRY_ASSIGN(const std::string id, turn.world.fresh_uuid());
  const std::int64_t now = to_cell(turn.now);
  AGR_TRY(turn.db().run(
      "INSERT INTO ah_contracts(id, role_id, application_id, agent_id, buyer_type, buyer_id, status, terms, "
      "destination, created_at, updated_at) VALUES(?, ?, ?, ?, ?, ?, 'active', ?, ?, ?, ?)",
      {id, bid.role.id, bid.application.id, bid.application.agent_id, bid.role.owner.type, bid.role.owner.id,
       json::write(payment_terms(bid.role.offer)), json::write(destination), now, now}));
  return find_contract(turn, id);
}

Result<Contract> own_contract(Call& call, std::string_view id) {
  AGR_TRY_ASSIGN(Contract contract, find_contract(call.turn, id));
  if (!contract.has_party(call.caller))
    return forbidden("only the two parties of the contract may do this");
  return contract;
}

Result<Contract> paid_contract(Call& call, std::string_view id) {
  AGR_TRY_ASSIGN(Contract contract, own_contract(call, id));
  if (contract.buyer != call.caller)
    return forbidden("only the paying side of the contract may do this");
  return contract;
}

Result<json::Value> shown_contract(Turn& turn, std::string_view id) {
  AGR_TRY_ASSIGN(const auto row,
                 turn.db().first("SELECT * FROM ah_contracts WHERE id = ?", {std::string(id)}));
  return contract_json(*row);
}

Result<void> complete_when_done(Turn& turn, std::string_view id) {
  AGR_TRY(turn.db().run(
      "UPDATE ah_contracts SET status = 'completed', updated_at = ?1 WHERE id = ?2 AND status = 'active' "
      "AND EXISTS(SELECT 1 FROM ah_settlements WHERE contract_id = ?2 AND status IN ('sent', 'settled')) "
      "AND NOT EXISTS(SELECT 1 FROM ah_settlements WHERE contract_id = ?2 AND status IN ('draft', 'failed')) "
      "AND (SELECT COUNT(*) FROM ah_reviews WHERE contract_id = ?2) = 2",
      {to_cell(turn.now), std::string(id)}));
  return {};
}

Result<Response> list_contracts(Call& call) {
  AGR_TRY_ASSIGN(const Page page, page_of(call));
  AGR_TRY_ASSIGN(const auto rows,
                 call.db().query("SELECT * FROM ah_contracts WHERE ((?1 = 'agent' AND agent_id = ?2) "
                                 "OR (buyer_type = ?1 AND buyer_id = ?2))" +
                                     std::string(k_newest_first),
                                 {call.caller.type, call.caller.id, page.before(), page.before(), page.id(),
                                  page.rows()}));
  return page_response("contracts", page, rows, contract_json);
}

Result<Response> show_contract(Call& call) {
  AGR_TRY_ASSIGN(const Contract contract, own_contract(call, call.path.get("id")));
  AGR_TRY_ASSIGN(json::Value value, shown_contract(call.turn, contract.id));
  return ok({{"contract", std::move(value)}});
}

} // namespace agr::emulator::agentsgethired
