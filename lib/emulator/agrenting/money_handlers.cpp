// SPDX-License-Identifier: MIT
#include "emulator/agrenting/envelope.hpp"
#include "emulator/agrenting/handlers.hpp"
#include "emulator/agrenting/payments.hpp"

#include <array>

namespace agr::emulator::agrenting {
namespace {

constexpr std::array<std::string_view, 7> k_coins = {"USDT", "USDC", "DAI", "TUSD", "USDP", "BUSD", "GUSD"};

Result<json::Value> new_deposit(Turn& turn, const Call& call) {
  AGR_TRY_ASSIGN(const json::Value body, read_body(call.request));
  DepositWish wish;
  AGR_TRY_ASSIGN(wish.amount, read_amount(body["amount"]));
  if (const std::string currency = body["currency"].text(); !currency.empty())
    wish.currency = currency;
  return open_deposit(turn, call.caller.id, wish);
}

} // namespace

Result<Reply> deposit(Turn& turn, const Call& call) {
  AGR_TRY_ASSIGN(json::Value view, new_deposit(turn, call));
  return success(turn, 201, std::move(view));
}

Result<Reply> create_intent(Turn& turn, const Call& call) {
  AGR_TRY_ASSIGN(json::Value view, new_deposit(turn, call));
  return success(turn, 201, std::move(view));
}

Result<Reply> withdraw_money(Turn& turn, const Call& call) {
  AGR_TRY_ASSIGN(const json::Value body, read_body(call.request));
  AGR_TRY_ASSIGN(json::Value view, withdraw(turn, call.caller.id, body));
  return success(turn, 201, std::move(view));
}

Result<Reply> list_coins(Turn& turn, const Call&) {
  json::Value list = json::Value::array();
  for (const std::string_view coin : k_coins)
    list.push(coin);
  return success(turn, 200, json::Value::object({{"supported_currencies", list}, {"currencies", list}}));
}

Result<Reply> list_withdrawal_addresses(Turn& turn, const Call& call) {
  return listed(turn, withdrawal_addresses_of(turn.world, call.caller.id).items(), call.query);
}

} // namespace agr::emulator::agrenting
