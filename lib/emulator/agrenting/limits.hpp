// SPDX-License-Identifier: MIT
#pragma once

#include "emulator/agrenting/credentials.hpp"
#include "emulator/agrenting/route.hpp"
#include "emulator/world.hpp"

#include <optional>
#include <string>

namespace agr::emulator::agrenting {

extern const std::string_view k_limit_schema;

/// How much of a share there is, and is left (docs/wire/agrenting.md, "Rate limits").
struct Share {
  std::int64_t limit;
  std::int64_t left;
};

/// Counts a request. Refuses (429) when the caller's share is used up. Nobody's requests are not counted.
Result<void> count_request(Turn& turn, const Principal& caller, Rate rate);

/// The caller's share as it is now; nothing for nobody.
Result<std::optional<Share>> share_of(Turn& turn, const Principal& caller, Rate rate);

} // namespace agr::emulator::agrenting
