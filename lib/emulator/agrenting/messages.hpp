// SPDX-License-Identifier: MIT
#pragma once

#include "emulator/agrenting/credentials.hpp"
#include "emulator/agrenting/hirings.hpp"
#include "emulator/world.hpp"

namespace agr::emulator::agrenting {

extern const std::string_view k_message_schema;

/// Stores a message of either side, in any state of the hiring, and tells both. Refuses (422) an empty text
/// or one over 5,000 characters.
Result<json::Value> add_message(Turn& turn, const Hiring& hiring, const Principal& sender,
                                const std::string& content);

/// Oldest first; only the last `limit`.
Result<json::Value> messages_of(Turn& turn, const std::string& hiring, std::size_t limit = 1'000);

/// Characters (not bytes) of a UTF-8 text.
std::size_t characters(std::string_view text);
inline constexpr std::size_t k_max_text = 5'000;

} // namespace agr::emulator::agrenting
