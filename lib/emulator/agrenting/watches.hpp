// SPDX-License-Identifier: MIT
#pragma once

#include "emulator/world.hpp"
#include "json/value.hpp"

#include <string>
#include <vector>

namespace agr::emulator::agrenting {

extern const std::string_view k_watch_schema;
inline constexpr std::string_view k_watch_timer = "watch";

/// What a `wait_for_hirings` call waits for: that one of these ends, or has a question not yet known.
struct Watch {
  std::vector<std::string> hirings;
  std::vector<std::string> known_questions;
  std::string session; ///< empty when the call came without one
  json::Value rpc_id;
};

/// {hirings: [status], ended: [id], new_questions: [{hiring_id, question_id, content, asked_at}]}
Result<json::Value> watch_result(Turn& turn, const Watch& watch);
/// Whether there is something to tell in it.
bool has_news(const json::Value& result);

/// Parks a call until there is news, or the time has come.
Result<Parked> park_watch(Turn& turn, const Watch& watch, Time until);
/// Answers the calls for which this hiring is news.
Result<void> settle_watches(Turn& turn, const std::string& hiring);
Result<void> on_watch_over(Turn& turn, const std::string& watch);
Result<void> forget_all_watches(Turn& turn);

} // namespace agr::emulator::agrenting
