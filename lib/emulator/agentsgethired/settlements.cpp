// SPDX-License-Identifier: MIT
// Settlements until they are executed (docs/wire/agentsgethired.md, "Settlements").
#include "emulator/agentsgethired/settlements.hpp"

#include "emulator/agentsgethired/fields.hpp"
#include "emulator/agentsgethired/operations.hpp"
#include "emulator/agentsgethired/page.hpp"

#include <array>

namespace agr::emulator::agentsgethired {
namespace {

constexpr auto k_payment = std::to_array<Field>({
    {"amount", Shape::amount, 0, true},
    {"currency", Shape::currency, 0, true},
    {"memo", Shape::text, 500},
});

constexpr std::string_view k_select_settlements =
    "SELECT s.*, (SELECT destination FROM ah_contracts WHERE id = s.contract_id) AS destination "
    "FROM ah_settlements AS s ";

json::Value settlement_json(const store::Row& row) {
  return json::Value::object({{"id", row.text("id")},
                              {"contractId", row.text("contract_id")},
                              {"method", row.text("method")},
                              {"amount", row.text("amount")},
                              {"currency", row.text("currency")},
                              {"status", row.text("status")},
                              {"destination", document(row, "destination")},
                              {"providerReceipt", document(row, "receipt")},
                              {"providerReference", row.maybe_text("reference")},
                              {"memo", row.maybe_text("memo")},
                              {"error", row.maybe_text("error")},
                              {"executedAt", moment(row, "executed_at")},
                              {"createdAt", moment(row, "created_at")},
                              {"updatedAt", moment(row, "updated_at")}});
}

Result<Settlement> find_settlement(Turn& turn, std::string_view id) {
  AGR_TRY_ASSIGN(const auto row,
                 turn.db().first("SELECT * FROM ah_settlements WHERE id = ?", {std::string(id)}));
  if (!row)
    return not_found("settlement");
  return Settlement{row->text("id"),          row->text("contract_id"), row->text("method"),
                    row->text("amount"),      row->text("currency"),    row->text("status"),
                    document(*row, "receipt")};
}

/// What the body leaves out is taken from the frozen terms.
Result<Payment> payment_of(json::Value body, const Contract& contract) {
  if (body["amount"].is_null())
    body.set("amount", contract.terms["paymentAmount"]);
  if (body["currency"].is_null())
    body.set("currency", contract.terms["paymentCurrency"]);
  AGR_TRY_ASSIGN(const json::Value taken, take_fields(body, k_payment, Intent::create));
  const json::Value& memo = taken["memo"];
  return Payment{taken["amount"].text(), taken["currency"].text(),
                 memo.is_null() ? std::nullopt : std::optional{memo.text()}};
}

Result<std::int64_t> planned_units(Turn& turn, const Contract& contract, std::string_view except) {
  AGR_TRY_ASSIGN(const auto row,
                 turn.db().first("SELECT SUM(units) AS units FROM ah_settlements "
                                 "WHERE contract_id = ? AND status <> 'cancelled' AND id <> ?",
                                 {contract.id, std::string(except)}));
  return row->integer("units");
}

/// All settlements of a contract together stay within its amount, unless the payer says otherwise.
Result<void> check_total(Turn& turn, const Contract& contract, const Payment& payment,
                         const json::Value& body, std::string_view except) {
  const json::Value& frozen = contract.terms["paymentAmount"];
  if (frozen.is_null())
    return {};
  if (payment.currency != contract.terms["paymentCurrency"].text())
    return bad_request("the contract is in " + contract.terms["paymentCurrency"].text());
  AGR_TRY_ASSIGN(const std::int64_t limit, ledger_units(frozen.text()));
  AGR_TRY_ASSIGN(const std::int64_t wanted, ledger_units(payment.amount));
  AGR_TRY_ASSIGN(const std::int64_t planned, planned_units(turn, contract, except));
  if (planned + wanted > limit && body["allowOver"].as_bool() != true)
    return conflict("over_amount", "the settlements together would exceed the contract's " + frozen.text());
  return {};
}

Result<void> store_receipt(Call& call, const Settlement& settlement, const json::Value& receipt) {
  if (!receipt.is_null())
    AGR_TRY(call.db().run("UPDATE ah_settlements SET receipt = ? WHERE id = ?",
                          {json::write(receipt), settlement.id}));
  return {};
}

Result<void> change_amount(Call& call, const Due& due, const json::Value& change, const json::Value& body) {
  Payment payment{due.settlement.amount, due.settlement.currency, {}};
  if (change.has("amount"))
    payment.amount = change["amount"].text();
  if (change.has("currency"))
    payment.currency = change["currency"].text();
  AGR_TRY(check_total(call.turn, due.contract, payment, body, due.settlement.id));
  AGR_TRY_ASSIGN(const std::int64_t units, ledger_units(payment.amount));
  AGR_TRY(call.db().run("UPDATE ah_settlements SET amount = ?, units = ?, currency = ? WHERE id = ?",
                        {payment.amount, units, payment.currency, due.settlement.id}));
  return {};
}

Result<void> rewrite(Call& call, const Due& due, const json::Value& body) {
  AGR_TRY_ASSIGN(const json::Value change, take_fields(body, k_payment, Intent::change));
  if (due.settlement.status != "draft")
    return not_draft(due.settlement);
  if (change.has("amount") || change.has("currency"))
    AGR_TRY(change_amount(call, due, change, body));
  if (change.has("memo"))
    AGR_TRY(call.db().run("UPDATE ah_settlements SET memo = NULLIF(?, '') WHERE id = ?",
                          {change["memo"].text(), due.settlement.id}));
  AGR_TRY(call.db().run("UPDATE ah_settlements SET updated_at = ? WHERE id = ?",
                        {to_cell(call.turn.now), due.settlement.id}));
  return {};
}

Result<void> cancel(Call& call, const Due& due) {
  AGR_TRY(call.db().run("UPDATE ah_settlements SET status = 'cancelled' WHERE id = ?", {due.settlement.id}));
  return complete_when_done(call.turn, due.contract.id);
}

} // namespace

Result<std::string> draft_settlement(Turn& turn, const Contract& contract, const Payment& payment) {
  AGR_TRY_ASSIGN(const std::string id, turn.world.fresh_uuid());
  AGR_TRY_ASSIGN(const std::int64_t units, ledger_units(payment.amount));
  const std::int64_t now = to_cell(turn.now);
  const store::Cell memo = payment.memo ? store::Cell(*payment.memo) : store::Cell(nullptr);
  AGR_TRY(turn.db().run(
      "INSERT INTO ah_settlements(id, contract_id, method, amount, units, currency, status, memo, "
      "created_at, updated_at) VALUES(?, ?, ?, ?, ?, ?, 'draft', ?, ?, ?)",
      {id, contract.id, contract.terms["paymentMethod"].text(), payment.amount, units, payment.currency, memo,
       now, now}));
  return id;
}

Result<Due> due_of(Call& call) {
  AGR_TRY_ASSIGN(Settlement settlement, find_settlement(call.turn, call.path.get("id")));
  AGR_TRY_ASSIGN(Contract contract, paid_contract(call, settlement.contract_id));
  return Due{std::move(settlement), std::move(contract)};
}

Result<json::Value> submitted_receipt(const json::Value& body) {
  json::Value receipt = body.first_of({"providerReceipt", "receipt"});
  if (!receipt.is_null() && !receipt.is_string() && !receipt.is_object())
    return bad_request("providerReceipt must be a text or an object");
  return receipt;
}

tl::unexpected<Error> not_draft(const Settlement& settlement) {
  return conflict("settlement_not_draft", "the settlement is " + settlement.status);
}

Result<json::Value> shown_settlement(Turn& turn, std::string_view id) {
  AGR_TRY_ASSIGN(const auto row,
                 turn.db().first(std::string(k_select_settlements) + "WHERE s.id = ?", {std::string(id)}));
  return settlement_json(*row);
}

Result<Response> list_settlements(Call& call) {
  AGR_TRY_ASSIGN(const Contract contract, own_contract(call, call.path.get("id")));
  AGR_TRY_ASSIGN(const Page page, page_of(call));
  AGR_TRY_ASSIGN(const auto rows,
                 call.db().query(std::string(k_select_settlements) + "WHERE s.contract_id = ?" +
                                     std::string(k_newest_first),
                                 {contract.id, page.before(), page.before(), page.id(), page.rows()}));
  return page_response("settlements", page, rows, settlement_json);
}

Result<Response> add_settlement(Call& call) {
  AGR_TRY_ASSIGN(const Contract contract, paid_contract(call, call.path.get("id")));
  AGR_TRY_ASSIGN(const json::Value body, call.body());
  AGR_TRY_ASSIGN(const Payment payment, payment_of(body, contract));
  if (contract.status != "active")
    return conflict("contract_not_active", "the contract is " + contract.status);
  AGR_TRY(check_total(call.turn, contract, payment, body, ""));
  AGR_TRY_ASSIGN(const std::string id, draft_settlement(call.turn, contract, payment));
  AGR_TRY_ASSIGN(json::Value settlement, shown_settlement(call.turn, id));
  return created({{"settlement", std::move(settlement)}});
}

Result<Response> show_settlement(Call& call) {
  AGR_TRY_ASSIGN(const Settlement settlement, find_settlement(call.turn, call.path.get("id")));
  AGR_TRY(own_contract(call, settlement.contract_id));
  AGR_TRY_ASSIGN(json::Value value, shown_settlement(call.turn, settlement.id));
  return ok({{"settlement", std::move(value)}});
}

Result<Response> change_settlement(Call& call) {
  AGR_TRY_ASSIGN(const Due due, due_of(call));
  AGR_TRY_ASSIGN(const json::Value body, call.body());
  if (body.has("status") && body["status"].as_string() != "cancelled")
    return bad_request("status can only become cancelled; execute the settlement to pay it");
  AGR_TRY_ASSIGN(const json::Value receipt, submitted_receipt(body));
  AGR_TRY(rewrite(call, due, body));
  AGR_TRY(store_receipt(call, due.settlement, receipt));
  if (body.has("status"))
    AGR_TRY(cancel(call, due));
  AGR_TRY_ASSIGN(json::Value settlement, shown_settlement(call.turn, due.settlement.id));
  return ok({{"settlement", std::move(settlement)}});
}

} // namespace agr::emulator::agentsgethired
