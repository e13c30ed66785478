// SPDX-License-Identifier: MIT
#pragma once

#include "emulator/agentsgethired/call.hpp"

namespace agr::emulator::agentsgethired {

/// The buyer with the `email` of a body, made with its `name` when new; as it sees itself. Refuses with 400.
Result<json::Value> buyer_with(Turn& turn, const json::Value& body);

} // namespace agr::emulator::agentsgethired
