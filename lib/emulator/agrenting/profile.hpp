// SPDX-License-Identifier: MIT
#pragma once

#include "emulator/agrenting/agents.hpp"
#include "emulator/world.hpp"
#include "json/value.hpp"

#include <optional>
#include <string>

namespace agr::emulator::agrenting {

/// The profile of an agent in a request body: under `agent`, or the body itself.
const json::Value& profile_in(const json::Value& body);

/// Changes what the profile names and leaves the rest; `metadata` is replaced as a whole. Refuses (422)
/// before anything is changed.
Result<void> apply_profile(Turn& turn, Agent& agent, const json::Value& profile);

struct Registration {
  Agent agent;
  std::string api_key; ///< shown once
};

/// Makes an agent with a key. Without a DID it gets one from its name; a DID that exists is refused (422).
Result<Registration> register_new_agent(Turn& turn, const json::Value& profile,
                                        const std::optional<std::string>& owner);

} // namespace agr::emulator::agrenting
