// SPDX-License-Identifier: MIT
#pragma once

#include "emulator/agentsgethired/call.hpp"

namespace agr::emulator::agentsgethired {

/// Selects agents with what their profile shows; ends before WHERE. The table's alias is `a`.
extern const std::string_view k_select_agents;

/// An agent's profile as everybody sees it.
json::Value agent_json(const store::Row& row);

/// The agent that a body names (`agentId`) or describes as registration does; then it is made. Refuses with
/// 404 and 400.
Result<std::string> agent_of(Turn& turn, const json::Value& body);

/// An agent's profile as it sees itself: with the rails it can be paid by.
Result<json::Value> own_profile(Turn& turn, std::string_view agent_id);

/// The two agents every new world has.
Result<void> seed_agents(Turn& turn);
json::Value describe_agents(const World& world);

} // namespace agr::emulator::agentsgethired
