// SPDX-License-Identifier: MIT
#pragma once

#include "receipt/receipt.hpp"

/// The rules of each rail, behind receipt::check.
namespace agr::receipt {

/// What one check works on: the receipt, what it is for, and the report it writes.
struct Case {
  const json::Value& receipt;
  const Obligation& obligation;
  const json::Value* requirements;
  Time now;
  Report& report;

  void fail(std::string_view code, std::string message) const;
  void warn(std::string_view code, std::string message) const;
};

void check_x402(const Case& c);
void check_mpp(const Case& c);

/// A stranger's value inside one of our messages: quoted, harmless and short. Receipts are sensitive and
/// are never quoted whole.
std::string quoted(std::string_view text);

/// Warns when the network is one for tests.
void check_testnet(const Case& c, std::string_view network);

/// What a payer agreed to, whatever the rail calls it. Absent members are empty.
struct Terms {
  std::string asset;
  std::string payee;
  std::string network;
};

/// Decimals of a dollar token, when the token is one we know and the settlement is in dollars.
std::optional<int> dollar_decimals(const Case& c, std::string_view network, std::string_view asset);

/// Compares an amount in smallest units with what is owed, failing with `code`. Without decimals the unit
/// is unknown, which proves nothing and fails nothing. Gives whether the amount is proven.
bool check_amount(const Case& c, std::string_view units, std::optional<int> decimals, std::string_view code);

/// Compares payee, asset and network with the frozen destination, as far as both sides name them.
void check_terms(const Case& c, const Terms& terms);

/// Asks for a person's confirmation when nothing has proven the amount.
void check_proven(const Case& c, bool proven);

} // namespace agr::receipt
