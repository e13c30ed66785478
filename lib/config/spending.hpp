// SPDX-License-Identifier: MIT
#pragma once

#include "base/decimal.hpp"
#include "base/result.hpp"
#include "config/document.hpp"

#include <optional>
#include <string>
#include <vector>

namespace agr::config {

/// What may be paid from this machine: the table [settle] of the configuration. Options of a command can
/// narrow it, never widen it. Empty lists and absent limits restrict nothing.
struct Spending {
  std::optional<Decimal> max_total = {}; ///< in one run
  std::optional<Decimal> max_each = {};  ///< for one settlement
  std::optional<Decimal> max_day = {};   ///< in 24 hours
  std::vector<std::string> rails = {};
  std::vector<std::string> currencies = {};
  std::vector<std::string> payees = {};          ///< addresses, accounts or agent ids
  std::vector<std::string> receipt_command = {}; ///< program and arguments, run without a shell
};

/// Errors: Kind::config for an amount that is none, a list that is none, or a member that is not known: a
/// limit that is misspelled would be no limit.
Result<Spending> spending_in(const Document& document, const std::string& file);

} // namespace agr::config
