// SPDX-License-Identifier: MIT
#pragma once

#include "emulator/agentsgethired/call.hpp"

#include <optional>

namespace agr::emulator::agentsgethired {

/// Where an agent is paid by that rail: what a contract freezes. Nothing when it has no such method.
Result<std::optional<json::Value>> payout_destination(Turn& turn, std::string_view agent_id,
                                                      std::string_view rail);

} // namespace agr::emulator::agentsgethired
