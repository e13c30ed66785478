// SPDX-License-Identifier: MIT
#pragma once

#include "emulator/agrenting/hirings.hpp"
#include "emulator/ledger.hpp"
#include "emulator/world.hpp"

#include <span>
#include <string>
#include <string_view>

namespace agr::emulator::agrenting {

/// The triggers that keep the audits true step by step.
extern const std::string_view k_lifecycle_schema;

/// What can happen to a hiring.
enum class Happening {
  payment,
  probe_passed,
  probe_failed,
  result,
  failure,
  cancel,
  deadline,
  checks_missed,
  retry,
  dispute,
  refund,  ///< of a disputed one
  release, ///< of a disputed one
};

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

/// Stores a new hiring. One that is queued: holds its price and has the agent probed as soon as the step is
/// over; expects that the hirer can pay. One that waits for its payment waits.
Result<void> create(Turn& turn, Hiring& hiring);
/// A payment from outside arrived for a hiring that waits for one: held, then probed.
Result<void> receive_payment(Turn& turn, Hiring& hiring);
Result<void> begin_work(Turn& turn, Hiring& hiring);
Result<void> complete(Turn& turn, Hiring& hiring, json::Value output);

/// Who gave up: what an agent reports costs it less reputation than what the marketplace had to find out.
enum class Blame { reported, automatic };
Result<void> fail_hiring(Turn& turn, Hiring& hiring, const std::string& reason, Blame blame);
Result<void> cancel(Turn& turn, Hiring& hiring);
/// The same hiring once more: held again, dispatched again, with a new deadline if the old one is over.
Result<void> retry(Turn& turn, Hiring& hiring);

/// Contests the work. What a completed hiring was paid goes back into escrow; refuses (423) when the provider
/// has spent it.
Result<void> dispute(Turn& turn, Hiring& hiring);
/// Ends a dispute: `refund` goes back to the hirer, the rest to the provider minus the fee. All of it makes
/// the hiring refunded, less completed.
Result<void> settle_dispute(Turn& turn, Hiring& hiring, Decimal refund);

/// Sets anew what a restart has lost.
Result<void> resume_hirings(Turn& turn);

/// What is final keeps no repository token.
std::span<const Invariant> hiring_invariants();
/// Escrow is the sum of what is open; nobody works on more at once than the setting `capacity` allows.
std::span<const Invariant> hiring_audits();

inline constexpr std::chrono::hours k_default_deadline{24};

} // namespace agr::emulator::agrenting
