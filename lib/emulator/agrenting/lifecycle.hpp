// SPDX-License-Identifier: MIT
#pragma once

#include "emulator/agrenting/hirings.hpp"
#include "emulator/ledger.hpp"
#include "emulator/world.hpp"

#include <span>
#include <string>
#include <string_view>

namespace agr::emulator::agrenting {

/// What can happen to a hiring.
enum class Happening { probe_passed, probe_failed, result, failure, cancel, deadline, checks_missed, retry };

/// The state a hiring is in afterwards, or nothing when it cannot happen in this state
/// (docs/wire/agrenting.md, "Lifecycle").
std::optional<Status> after(Status status, Happening happening);

// Timers of a hiring; their subject is its id.
inline constexpr std::string_view k_dispatch_timer = "dispatch"; ///< probe the agent
inline constexpr std::string_view k_health_timer = "health";
inline constexpr std::string_view k_deadline_timer = "deadline";
inline constexpr std::chrono::minutes k_health_interval{3};

/// 5 % of the price, rounded half up to cents.
Decimal fee_of(Decimal price);

// Each of these expects that the happening is possible, moves the money, tells both sides, and leaves
// `hiring` as it is now.

/// Stores a new hiring, holds its price and has the agent probed as soon as the step is over. Expects that
/// the hirer can pay.
Result<void> create(Turn& turn, Hiring& hiring);
Result<void> begin_work(Turn& turn, Hiring& hiring);
Result<void> complete(Turn& turn, Hiring& hiring, json::Value output);

/// Who gave up: what an agent reports costs it less reputation than what the marketplace had to find out.
enum class Blame { reported, automatic };
Result<void> fail_hiring(Turn& turn, Hiring& hiring, const std::string& reason, Blame blame);
Result<void> cancel(Turn& turn, Hiring& hiring);
/// The same hiring once more: held again, dispatched again, with a new deadline if the old one is over.
Result<void> retry(Turn& turn, Hiring& hiring);

/// Sets anew what a restart has lost.
Result<void> resume_hirings(Turn& turn);

/// Escrow is the sum of what is open; nobody works twice at once; what is final keeps no repository token.
std::span<const Invariant> hiring_invariants();

inline constexpr std::chrono::hours k_default_deadline{24};

} // namespace agr::emulator::agrenting
