// SPDX-License-Identifier: MIT
#pragma once

#include "emulator/world.hpp"

#include <string>

namespace agr::emulator::agrenting {

extern const std::string_view k_limit_schema;

/// 100 requests a minute for each user, over all tokens and sessions; agents are not limited
/// (docs/wire/agrenting.md, "Rate limits").
inline constexpr std::int64_t k_requests_per_minute = 100;

/// Counts a request of a user. Refuses (429) when the minute's share is used up.
Result<void> count_request(Turn& turn, const std::string& user);

/// How many are left in this minute.
Result<std::int64_t> requests_left(Turn& turn, const std::string& user);

} // namespace agr::emulator::agrenting
