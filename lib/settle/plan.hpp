// SPDX-License-Identifier: MIT
#pragma once

#include "agentsgethired/types.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "settle/journal.hpp"
#include "settle/policy.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace agr::settle {

/// A contract with everything under it, as it was read.
struct Statement {
  agentsgethired::Contract contract;
  std::vector<agentsgethired::Settlement> settlements = {};
  /// Where the worker takes money today, when the service shows it. It decides nothing about who is paid (the
  /// frozen destination is), but a difference is for a person to look at.
  std::optional<json::Value> current_destination = {};
};

/// Everything a plan follows from.
struct Facts {
  std::string origin;
  std::string payer_id; ///< ours; contracts that somebody else pays are passed over
  std::vector<Statement> statements;
  std::map<std::string, State, std::less<>> tried = {}; ///< this machine's latest word on a settlement
  Purses spent = {};                                    ///< in the last 24 hours
};

/// One settlement that waits to be paid, and whether it is going to be.
struct PlanLine {
  Obligation owed;
  std::string key;      ///< of the obligation, without receipt
  std::string agent_id; ///< who did the work
  std::string reason;   ///< why it is owed
  std::optional<Objection> objection = {};

  [[nodiscard]] bool is_held() const { return objection.has_value(); }
};

struct Plan {
  std::string origin;
  Time made = {};
  std::vector<PlanLine> lines;

  [[nodiscard]] std::vector<PlanLine> payable() const;
  [[nodiscard]] Purses totals() const; ///< of what is payable
};

/// Whether a contract is paid by this agent; one that does not say who pays may be, unless we do the work.
bool is_paid_by(const agentsgethired::Contract& contract, const std::string& payer_id);

/// What would be paid and what is held back, oldest first. The same facts give the same plan.
Plan make_plan(const Facts& facts, const Policy& policy, Time now);

/// A plan as a file: its lines, its totals, and a hash over all of it.
json::Value to_json(const Plan& plan);
/// Errors: Kind::usage for something that is no plan, Kind::conflict when it was changed since it was made.
Result<Plan> plan_from(const json::Value& file);
/// The hash a file must carry: SHA-256 over all its other members as compact JSON.
std::string file_hash(json::Value file);
/// The hash a plan's file carries: its name.
std::string hash_of(const Plan& plan);

} // namespace agr::settle
