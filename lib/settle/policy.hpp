// SPDX-License-Identifier: MIT
#pragma once

#include "base/decimal.hpp"
#include "settle/obligation.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace agr::settle {

/// What may be paid while nobody looks. Limits hold for each purse (see purse_of) by itself: there is no
/// rate of exchange here. Empty lists allow everything, except that `currencies` always names what is meant.
struct Policy {
  std::optional<Decimal> max_total = {}; ///< in one run
  std::optional<Decimal> max_each = {};  ///< for one settlement
  std::optional<Decimal> max_day = {};   ///< from this machine in the 24 hours before the run's end
  std::vector<std::string> rails = {};   ///< only these; others are left for another run
  std::vector<std::string> contracts = {};
  std::vector<std::string> currencies = {"USD", "USDC"};
  std::vector<std::string> payees = {}; ///< addresses, accounts or agent ids money may go to
  bool allow_over = false; ///< also more than a contract's frozen amount, all settlements together
  bool receipts = false;   ///< x402 and MPP receipts can be had in this run
};

/// Amounts of one purse add up: USD and USDC count as one, every other currency is its own.
std::string purse_of(std::string_view currency);

using Purses = std::map<std::string, Decimal, std::less<>>;

/// Why a payment is held back. `code` is stable.
struct Objection {
  std::string code;
  std::string why; ///< one clause: "it pays 60.00 USD, the limit for one is 50.00"
};

/// Whether a payment of this rail and contract is meant at all.
bool selects(const Policy& policy, std::string_view rail, std::string_view contract_id);

/// Judges one payment after the other and counts what it let pass.
class Judge {
public:
  /// `spent`: what went out in the last 24 hours.
  Judge(Policy policy, Purses spent) : m_policy(std::move(policy)), m_spent(std::move(spent)) {}

  /// Nothing when it may be paid, and then it is counted.
  std::optional<Objection> objection(const Obligation& owed, std::string_view agent_id);

private:
  [[nodiscard]] std::optional<Objection> limit_met(const Obligation& owed, const std::string& purse) const;
  Policy m_policy;
  Purses m_spent;
  Purses m_run;
};

} // namespace agr::settle
