// SPDX-License-Identifier: MIT
#pragma once

#include "agentsgethired/types.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "receipt/receipt.hpp"
#include "settle/journal.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace agr::settle {

/// The receipt for a payment made elsewhere, and how the service wants it handed in.
struct Evidence {
  std::string text = {};                        ///< as it was given; empty for Stripe
  std::string field = "providerReceipt";        ///< the member it goes under
  bool raw = false;                             ///< send the text instead of the decoded object
  std::optional<json::Value> requirements = {}; ///< what the payer agreed to, when they kept it
};

/// A payment that passed every check and waits for a yes.
struct Order {
  Line line; ///< ready for the journal
  std::vector<receipt::Finding> warnings;
};

/// Decides whether a settlement may be executed, from nothing but what was read: its state, and its terms
/// against the contract's frozen ones. For x402 and MPP the order still lacks its receipt. Errors:
/// Kind::conflict when the marketplace's state forbids it.
Result<Order> assess(const std::string& origin, const agentsgethired::Settlement& settlement,
                     const agentsgethired::Contract& contract);

/// As assess, with the receipt checked and taken in. Errors: also Kind::usage when it is missing or does not
/// fit.
Result<Order> prepare(const std::string& origin, const agentsgethired::Settlement& settlement,
                      const agentsgethired::Contract& contract, const Evidence& evidence, Time now);

bool same_destination(const json::Value& a, const json::Value& b);
/// The address, account or recipient in a destination; empty when the service does not show it.
std::string payee_of(const json::Value& destination);

/// One receipt pays one settlement. Errors: Kind::conflict naming the settlement it was used for, those of
/// the journal.
Result<void> check_reuse(Journal& journal, const Line& line);

/// Accepting an application may already have made a draft, so a second one is refused unless `another` is
/// meant. Errors: Kind::conflict naming the draft.
Result<void> may_create(std::span<const agentsgethired::Settlement> present, bool another);

} // namespace agr::settle
