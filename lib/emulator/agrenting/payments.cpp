// SPDX-License-Identifier: MIT
#include "emulator/agrenting/payments.hpp"

#include "base/text.hpp"
#include "emulator/agrenting/envelope.hpp"
#include "emulator/agrenting/events.hpp"
#include "emulator/agrenting/users.hpp"
#include "emulator/refusal.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace agr::emulator::agrenting {

const std::string_view k_payment_schema = R"sql(
CREATE TABLE IF NOT EXISTS agrenting_deposits(
  number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, owner TEXT NOT NULL, amount TEXT,
  currency TEXT NOT NULL, network TEXT NOT NULL, address TEXT NOT NULL UNIQUE, status TEXT NOT NULL,
  created_at INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS agrenting_deposits_by_owner ON agrenting_deposits(owner, number);
)sql";

namespace {

json::Value view(const store::Row& row) {
  const std::string id = row.text("id");
  return json::Value::object({{"id", id},
                              {"transaction_id", id},
                              {"status", row.text("status")},
                              {"amount", row.maybe_text("amount")},
                              {"currency", row.text("currency")},
                              {"network", row.text("network")},
                              {"address", row.text("address")},
                              {"deposit_address", row.text("address")},
                              {"payment_url", nullptr},
                              {"created_at", rfc3339(time_from_cell(row.integer("created_at")))}});
}

} // namespace

Result<Decimal> read_amount(const json::Value& value) {
  const auto amount = value.as_decimal();
  if (!amount || amount->is_negative() || *amount == Decimal() || !to_units(*amount))
    return refuse(422, "INVALID_AMOUNT", "amount must be a decimal above 0 with at most 8 places", "amount");
  return *amount;
}

Result<json::Value> open_deposit(Turn& turn, const std::string& owner, const DepositWish& wish) {
  AGR_TRY_ASSIGN(const std::string id, turn.world.fresh_uuid());
  AGR_TRY_ASSIGN(const std::string bytes, turn.world.fresh_bytes());
  const store::Cell amount = wish.amount ? store::Cell(wish.amount->money()) : store::Cell(nullptr);
  AGR_TRY_ASSIGN(const auto row,
                 turn.db().first("INSERT INTO agrenting_deposits(id, owner, amount, currency, network, "
                                 "address, status, created_at) VALUES(?, ?, ?, ?, ?, ?, 'pending', ?) "
                                 "RETURNING *",
                                 {id, owner, amount, wish.currency, wish.network,
                                  "TEmulator" + hex(bytes.substr(0, 12)), to_cell(turn.now)}));
  return row ? view(*row) : json::Value();
}

Result<json::Value> confirm_deposit(Turn& turn, const std::string& id_or_address, const json::Value& amount) {
  AGR_TRY_ASSIGN(
      const auto row,
      turn.db().first("SELECT * FROM agrenting_deposits WHERE id = ?1 OR address = ?1", {id_or_address}));
  if (!row)
    return refuse(404, "NOT_FOUND", "Deposit not found");
  if (row->text("status") != "pending")
    return refuse(409, "INVALID_STATE", "The deposit has arrived already");
  AGR_TRY_ASSIGN(const Decimal arrived,
                 read_amount(amount.is_null() ? json::Value(row->maybe_text("amount")) : amount));
  const std::string owner = row->text("owner");
  AGR_TRY(post(turn, "deposit", row->text("id"), {{outside(), available(owner), arrived}}));
  AGR_TRY_ASSIGN(const auto done,
                 turn.db().first("UPDATE agrenting_deposits SET status = 'completed', amount = ? "
                                 "WHERE id = ? RETURNING *",
                                 {arrived.money(), row->text("id")}));
  AGR_TRY(publish(turn, {owner}, "payment.deposited",
                  json::Value::object({{"transaction_id", row->text("id")}, {"amount", arrived}})));
  return done ? view(*done) : json::Value();
}

Result<json::Value> withdraw(Turn& turn, const std::string& owner, const json::Value& body) {
  AGR_TRY_ASSIGN(const Decimal amount, read_amount(body["amount"]));
  const json::Value known = withdrawal_addresses_of(turn.world, owner);
  if (body["withdrawal_address_id"].text() != known.items().front()["id"].text())
    return invalid("withdrawal_address_id", "withdrawal_address_id is not one of your withdrawal addresses");
  AGR_TRY_ASSIGN(const Decimal free, spendable(turn, owner));
  if (free < amount)
    return refuse(422, "INSUFFICIENT_BALANCE",
                  fmt::format("Insufficient balance: need ${}, have ${}", amount.money(), free.money()));
  AGR_TRY_ASSIGN(const std::string id, turn.world.fresh_uuid());
  AGR_TRY_ASSIGN(const Decimal earned, balance_of(turn.world, earnings(owner)));
  const Decimal first = std::min(earned, amount);
  AGR_TRY(post(turn, "withdrawal", id,
               {{earnings(owner), outside(), first}, {available(owner), outside(), amount - first}}));
  AGR_TRY(publish(turn, {owner}, "withdrawal.processed",
                  json::Value::object({{"transaction_id", id}, {"amount", amount}})));
  return json::Value::object({{"transaction_id", id},
                              {"id", id},
                              {"status", "processing"},
                              {"amount", amount},
                              {"currency", "USD"}});
}

json::Value withdrawal_addresses_of(const World& world, const std::string& owner) {
  const std::string label = "agrenting/withdrawal/" + owner;
  return json::Value::array(
      {json::Value::object({{"id", world.uuid_for(label)},
                            {"address", "TEmulator" + hex(world.bytes_for(label).substr(0, 12))},
                            {"currency", "USDT"},
                            {"network", "TRC20"}})});
}

Result<json::Value> pending_deposits_of(Turn& turn, const std::string& owner) {
  AGR_TRY_ASSIGN(const auto rows,
                 turn.db().query("SELECT * FROM agrenting_deposits WHERE owner = ? AND status = 'pending' "
                                 "AND amount IS NOT NULL ORDER BY number DESC",
                                 {owner}));
  json::Value list = json::Value::array();
  for (const store::Row& row : rows)
    list.push(json::Value::object({{"id", row.text("id")},
                                   {"type", "deposit"},
                                   {"amount", row.text("amount")},
                                   {"currency", "USD"},
                                   {"status", "pending"},
                                   {"created_at", rfc3339(time_from_cell(row.integer("created_at")))},
                                   {"task_id", nullptr},
                                   {"description", "deposit " + row.text("id")}}));
  return list;
}

} // namespace agr::emulator::agrenting
