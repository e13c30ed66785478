// SPDX-License-Identifier: MIT
#pragma once

#include "emulator/agrenting/credentials.hpp"
#include "emulator/agrenting/hirings.hpp"
#include "emulator/world.hpp"
#include "json/value.hpp"

#include <optional>
#include <string>

/// What an agent does with a hiring, the same by REST and by tool.
namespace agr::emulator::agrenting {

/// The hiring of that id, when the agent is its provider: 404 unknown, 403 another agent's.
Result<Hiring> provided_hiring(Turn& turn, const Principal& agent, const std::string& id);

/// Completes the hiring. 404 once it is over (a repeated result gets that), 409 before work began.
Result<Hiring> submit(Turn& turn, const Principal& agent, const std::string& id, json::Value output);

/// Fails the hiring; without words the reason is "Agent reported failure".
Result<Hiring> give_up(Turn& turn, const Principal& agent, const std::string& id,
                       const std::optional<std::string>& reason);

/// The hirings an agent should be working on.
Result<json::Value> pending_work(Turn& turn, const std::string& agent, std::string_view origin);

} // namespace agr::emulator::agrenting
