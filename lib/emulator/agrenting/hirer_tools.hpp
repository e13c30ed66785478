// SPDX-License-Identifier: MIT
#pragma once

#include "emulator/agrenting/hirings.hpp"
#include "emulator/agrenting/mcp_server.hpp"

#include <span>

namespace agr::emulator::agrenting {

/// The twelve tools of the hirer's MCP server (docs/wire/agrenting.md, "Hirer tools").
std::span<const Tool> hirer_tools();

/// The hirings that fit, as the hirer sees them.
Result<json::Value> hiring_rows(Turn& turn, const HiringFilter& filter);

} // namespace agr::emulator::agrenting
