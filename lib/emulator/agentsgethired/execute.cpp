// SPDX-License-Identifier: MIT
// Executing a settlement: the one operation that pays (docs/wire/agentsgethired.md, "Execute").
#include "base/text.hpp"
#include "emulator/agentsgethired/operations.hpp"
#include "emulator/agentsgethired/settings.hpp"
#include "emulator/agentsgethired/settlements.hpp"
#include "emulator/ledger.hpp"
#include "receipt/receipt.hpp"

#include <fmt/format.h>

namespace agr::emulator::agentsgethired {
namespace {

/// What a payment leaves behind.
struct Proof {
  std::string status;    ///< what the settlement becomes
  std::string reference; ///< transfer, transaction or receipt reference
  json::Value receipt;
};

/// The payout method's members, in the places the receipt check looks for them.
receipt::Destination destination_of(const json::Value& frozen) {
  const json::Value& details = frozen["details"];
  std::string network = frozen["network"].text();
  if (const auto chain = details["chainId"].as_integer(); network.empty() && chain)
    network = fmt::format("eip155:{}", *chain);
  return {network, frozen.has("asset") ? frozen["asset"].text() : details["currency"].text(),
          frozen["destination"].text()};
}

Result<std::vector<std::string>> other_settlements(Turn& turn, const Due& due) {
  AGR_TRY_ASSIGN(
      const auto rows,
      turn.db().query("SELECT s.id FROM ah_settlements AS s JOIN ah_contracts AS c ON c.id = s.contract_id "
                      "WHERE c.buyer_id = ? AND s.id <> ?",
                      {due.contract.buyer.id, due.settlement.id}));
  std::vector<std::string> ids;
  for (const store::Row& row : rows)
    ids.push_back(row.text("id"));
  return ids;
}

Result<receipt::Obligation> obligation_of(Turn& turn, const Due& due, receipt::Rail rail) {
  AGR_TRY_ASSIGN(auto others, other_settlements(turn, due));
  AGR_TRY_ASSIGN(const Decimal amount, Decimal::parse(due.settlement.amount));
  return receipt::Obligation{rail,
                             amount,
                             due.settlement.currency,
                             due.settlement.id,
                             destination_of(due.contract.destination),
                             due.contract.accepted_at,
                             std::move(others)};
}

/// The receipt of the request, or the one a change of the draft left.
Result<json::Value> receipt_of(const json::Value& body, const Settlement& settlement) {
  AGR_TRY_ASSIGN(json::Value value, submitted_receipt(body));
  if (value.is_null())
    value = settlement.receipt;
  if (value.is_null())
    return refuse(400, "receipt_missing",
                  "a settlement by " + settlement.method + " needs a providerReceipt");
  return value;
}

Result<void> check_unused(Turn& turn, std::string_view reference) {
  AGR_TRY_ASSIGN(const auto used, turn.db().first("SELECT id FROM ah_settlements WHERE reference = ?",
                                                  {std::string(reference)}));
  if (used)
    return conflict("receipt_reused", "the receipt was used for another settlement");
  return {};
}

Result<Proof> proof_by_receipt(Call& call, const Due& due, receipt::Rail rail, const json::Value& body) {
  AGR_TRY_ASSIGN(json::Value submitted, receipt_of(body, due.settlement));
  AGR_TRY_ASSIGN(const receipt::Obligation obligation, obligation_of(call.turn, due, rail));
  const std::string text = submitted.is_string() ? submitted.text() : json::write(submitted);
  const receipt::Report report = receipt::check(text, obligation, nullptr, call.turn.now);
  if (const receipt::Finding* failure = report.first_failure())
    return refuse(400, failure->code, failure->message);
  AGR_TRY(check_unused(call.turn, report.reference));
  return Proof{"settled", report.reference, std::move(submitted)};
}

Result<Proof> proof_by_transfer(Call& call) {
  AGR_TRY_ASSIGN(const std::string bytes, call.turn.world.fresh_bytes());
  return Proof{"sent", "tr_emulator" + hex(bytes).substr(0, 16), {}};
}

/// Where the money goes: a transfer is in transit to the payee, a receipt says that it has arrived.
Result<void> book(Turn& turn, const Due& due, const Proof& proof) {
  const std::string& currency = due.settlement.currency;
  const std::string market = "agentsgethired";
  const Account payer{market, Purpose::outside, due.contract.buyer.id, currency};
  const Account payee{market, proof.status == "sent" ? Purpose::escrow : Purpose::earnings,
                      due.contract.agent_id, currency};
  AGR_TRY_ASSIGN(const Decimal amount, Decimal::parse(due.settlement.amount));
  return post(turn, proof.status, due.settlement.id, {{payer, payee, amount}});
}

Result<void> finish(Turn& turn, const Due& due, const Proof& proof) {
  const std::int64_t now = to_cell(turn.now);
  const store::Cell receipt =
      proof.receipt.is_null() ? store::Cell(nullptr) : store::Cell(json::write(proof.receipt));
  AGR_TRY(turn.db().run("UPDATE ah_settlements SET status = ?, reference = ?, receipt = ?, executed_at = ?, "
                        "updated_at = ?, error = NULL WHERE id = ?",
                        {proof.status, proof.reference, receipt, now, now, due.settlement.id}));
  AGR_TRY(book(turn, due, proof));
  return complete_when_done(turn, due.contract.id);
}

/// Nothing has moved; the same request may be sent again.
Result<void> give_up(Call& call, const Due& due) {
  call.is_final = false;
  AGR_TRY(call.db().run("UPDATE ah_settlements SET status = 'failed', error = ?, updated_at = ? WHERE id = ?",
                        {"the transfer failed", to_cell(call.turn.now), due.settlement.id}));
  return {};
}

} // namespace

Result<Response> execute_settlement(Call& call) {
  AGR_TRY_ASSIGN(const Due due, due_of(call));
  AGR_TRY_ASSIGN(const json::Value body, call.body());
  if (!due.settlement.can_be_executed())
    return not_draft(due.settlement);
  AGR_TRY_ASSIGN(const Settings settings, settings_of(call.turn));
  const receipt::Rail rail = receipt::parse_rail(due.settlement.method).value_or(receipt::Rail::stripe);
  if (rail != receipt::Rail::stripe && settings.receipts == "reject")
    return refuse(400, "receipt_rejected", "no receipt is accepted at present");
  if (settings.transfers == "refuse")
    return refuse(402, "payment_refused", "the rail refuses to pay this");
  AGR_TRY_ASSIGN(const Proof proof, rail == receipt::Rail::stripe ? proof_by_transfer(call)
                                                                  : proof_by_receipt(call, due, rail, body));
  AGR_TRY(settings.transfers == "fail" ? give_up(call, due) : finish(call.turn, due, proof));
  AGR_TRY_ASSIGN(json::Value settlement, shown_settlement(call.turn, due.settlement.id));
  return ok({{"settlement", std::move(settlement)}});
}

} // namespace agr::emulator::agentsgethired
