// SPDX-License-Identifier: MIT
#pragma once

#include "base/decimal.hpp"
#include "emulator/world.hpp"
#include "json/value.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace agr::emulator {

/// What an account is for. Money never disappears: it is always in one of these.
enum class Purpose {
  available, ///< an owner may spend it
  escrow,    ///< held for work in progress
  earnings,  ///< paid out for delivered work
  fees,      ///< kept by the marketplace
  outside,   ///< where deposits come from and withdrawals go: the only one that may be negative
};

struct Account {
  std::string marketplace;
  Purpose purpose;
  std::string owner = {}; ///< empty for fees and outside
  std::string currency = "USD";
};

/// Moves `amount` from one account to another.
struct Move {
  Account from;
  Account to;
  Decimal amount;
};

/// Books several moves as one entry of the journal; `reason` and `subject` say what for ("hold", a hiring's
/// id). Amounts have at most 8 decimals and are not negative. Fails when an account other than outside
/// would go below zero: callers check first and refuse in their own words.
Result<void> post(Turn& turn, std::string_view reason, std::string_view subject,
                  const std::vector<Move>& moves);

Result<Decimal> balance_of(World& world, const Account& account);

/// A statement about the database that holds after every step: the query gives one row per violation, with
/// a column `what`. One that is checked after every step must cost the same however much there is; sums over
/// everything are audits, for the report. Beside each audit that compares two sums, triggers keep their
/// difference up to date in `ledger_gaps(rule, owner, gap)`, where what is not zero is found at once.
struct Invariant {
  std::string_view name;
  std::string_view violations;
};

/// How the database keeps money: steps of 10^-8. Fails on finer amounts and on what does not fit.
Result<std::int64_t> to_units(Decimal amount);
/// With two decimals, or as many as it needs.
Decimal from_units(std::int64_t units);

extern const std::string_view k_ledger_schema;
/// The books balance: the step's entries sum to zero, no gap is open, nothing is overdrawn.
std::span<const Invariant> ledger_invariants();

/// Fails with Kind::internal, naming the invariant and the first violation.
Result<void> check(World& world, std::span<const Invariant> invariants);

/// Every account with its balance, the totals per currency, and the verdict on each invariant and audit.
Result<json::Value> books_report(World& world, std::span<const Invariant> more);

} // namespace agr::emulator
