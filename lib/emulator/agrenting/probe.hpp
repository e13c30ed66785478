// SPDX-License-Identifier: MIT
#pragma once

#include "emulator/agrenting/hirings.hpp"
#include "emulator/world.hpp"

#include <string>
#include <string_view>

namespace agr::emulator::agrenting {

extern const std::string_view k_probe_schema;
inline constexpr std::string_view k_ping_timer = "ping";
inline constexpr std::string_view k_head_timer = "head";

inline constexpr std::chrono::seconds k_ping_budget{3};
inline constexpr std::chrono::seconds k_head_budget{2};
inline constexpr int k_missed_checks_allowed = 2;

/// Why the agent is asked whether it is there.
enum class Inquiry {
  hire,     ///< before work begins: no answer fails the hiring
  health,   ///< during work: the third miss in a row fails it
  presence, ///< of one that was silent for an hour: an answer is a sign of life
};

/// Asks the agent: `ping` on its live sessions, then HEAD on its callback_url
/// (docs/wire/agrenting.md, "Probe").
Result<void> begin_probe(Turn& turn, const Hiring& hiring, Inquiry inquiry);
/// An hour has passed since this agent was last heard, or looked for: asks it, if there is a way.
Result<void> check_presence(Turn& turn, const std::string& agent);

/// A JSON-RPC response came in on a session of that agent. Unknown or late ids are dropped.
Result<void> on_pong(Turn& turn, const std::string& agent, const std::string& id);
Result<void> on_head_answered(Turn& turn, const HeadAnswered& answer);
Result<void> on_ping_overdue(Turn& turn, const std::string& subject);
Result<void> on_head_overdue(Turn& turn, const std::string& subject);

/// Nobody answers a probe of the last process.
Result<void> forget_all_probes(Turn& turn);

} // namespace agr::emulator::agrenting
