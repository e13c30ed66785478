// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace agr::emulator::agrenting {

/// Every write to a stream is a multiple of this many bytes: the oldest documented client reads in blocks of
/// this size and would wait for the rest (docs/wire/agrenting.md, "Stream framing").
inline constexpr std::size_t k_block = 512;

/// An event with one ASCII line of data, filled up with a comment.
std::string event_block(std::string_view name, std::string_view data);

/// Nothing but a comment.
std::string comment_block();

} // namespace agr::emulator::agrenting
