// SPDX-License-Identifier: MIT
#pragma once

#include "emulator/world.hpp"
#include "json/value.hpp"

#include <string>
#include <string_view>

/// Money on its way in and out. Nobody pays anything: a deposit waits until the control surface confirms it.
namespace agr::emulator::agrenting {

extern const std::string_view k_payment_schema;

struct DepositWish {
  std::optional<Decimal> amount = {}; ///< absent: whatever arrives
  std::string currency = "USD";
  std::string network = "TRC20";
};

/// A new pending deposit: {id, transaction_id, status, amount, currency, network, address, payment_url, …}
/// with an address nobody could mistake for a real one.
Result<json::Value> open_deposit(Turn& turn, const std::string& owner, const DepositWish& wish);

/// Credits a pending deposit, named by id or address. Refuses: 404, 409 when it arrived before, 422.
Result<json::Value> confirm_deposit(Turn& turn, const std::string& id_or_address, const json::Value& amount);

/// Sends money out, earnings first: {transaction_id, status: "processing", amount}.
Result<json::Value> withdraw(Turn& turn, const std::string& owner, const json::Value& body);

/// [{id, address, currency, network}]: everybody has one, made up.
json::Value withdrawal_addresses_of(const World& world, const std::string& owner);

/// Deposits that did not arrive yet, as rows of the list of transactions.
Result<json::Value> pending_deposits_of(Turn& turn, const std::string& owner);

/// Refuses (422 INVALID_AMOUNT) what is not above zero or finer than 8 places.
Result<Decimal> read_amount(const json::Value& value);

} // namespace agr::emulator::agrenting
