// SPDX-License-Identifier: MIT
#pragma once

#include "emulator/agrenting/hirings.hpp"
#include "emulator/world.hpp"
#include "json/value.hpp"

#include <string>
#include <string_view>

namespace agr::emulator::agrenting {

extern const std::string_view k_wait_schema;
inline constexpr std::string_view k_wait_timer = "wait";

/// What a `hire_agent` call waits for before it is answered.
enum class Goal {
  probed, ///< the hiring has left `queued`
  final,  ///< the hiring is over
};

/// Parks a call until the goal is reached or the time has come; then it is answered with the hiring as it is,
/// in the body of its request and on its stream. `session` is empty when the call came without one.
Result<Parked> park(Turn& turn, const Hiring& hiring, const std::string& session, const json::Value& rpc_id,
                    Goal goal, Time until);

/// Answers the calls whose goal this hiring has reached.
Result<void> settle_waits(Turn& turn, const Hiring& hiring);
Result<void> on_wait_over(Turn& turn, const std::string& wait);
Result<void> forget_all_waits(Turn& turn);

} // namespace agr::emulator::agrenting
