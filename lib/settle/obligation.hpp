// SPDX-License-Identifier: MIT
#pragma once

#include "base/decimal.hpp"
#include "json/value.hpp"

#include <string>

namespace agr::settle {

/// What is owed: one settlement as it was when somebody decided to pay it.
struct Obligation {
  std::string origin; ///< of the marketplace
  std::string contract_id;
  std::string settlement_id;
  std::string rail;
  Decimal amount;
  std::string currency;
  json::Value destination;       ///< frozen into the contract; null when the service does not show it
  std::string receipt_reference; ///< the transaction a receipt names, in canonical spelling; empty for Stripe
};

/// The name of this payment, the same on every machine and in every run: SHA-256 over all of the
/// obligation, as 64 hexadecimal digits. The spelling of the amount ("45", "45.00") and the order of the
/// destination's members do not change it.
std::string key_of(const Obligation& obligation);

} // namespace agr::settle
