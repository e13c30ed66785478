// SPDX-License-Identifier: MIT
#pragma once

#include "base/result.hpp"
#include "base/time.hpp"
#include "settle/checks.hpp"
#include "settle/journal.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace agr::settle {

/// Pays outside, or looks up what was paid, and answers the receipt: a program of the operator's that reads
/// the obligation as JSON. Errors: Kind::pending when it said that nothing was paid (yet), Kind::config when
/// it certainly did not run; after any other it may have paid.
using ReceiptCommand = std::function<Result<std::string>(const json::Value& obligation)>;

/// What a receipt command is told.
json::Value as_asked(const Obligation& owed, const std::string& key);

/// A receipt, or {"receipt": …, "requirements": …}, as a command prints it.
Evidence evidence_in(std::string_view answer);

/// The receipt for an obligation: the one that is kept, or else the command's answer, which is kept before it
/// is used. The command is never asked a second time while nobody knows whether the first time paid. Errors:
/// Kind::usage without kept receipt and command, Kind::outcome_unknown when it was asked and never answered.
Result<Evidence> obtain(const Obligation& owed, const std::string& key, Journal& journal,
                        const ReceiptCommand& command, Time now);

} // namespace agr::settle
