// SPDX-License-Identifier: MIT
#pragma once

#include "emulator/agrenting/mcp_server.hpp"

#include <span>

namespace agr::emulator::agrenting {

/// The tools that later versions of the service have besides: served with the setting `newer_tools` only.
std::span<const Tool> newer_hirer_tools();
std::span<const Tool> newer_agent_tools();

} // namespace agr::emulator::agrenting
