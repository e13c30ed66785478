// SPDX-License-Identifier: MIT
#pragma once

#include "emulator/world.hpp"
#include "json/value.hpp"

namespace agr::emulator::agrenting {

/// A hirer with 1,000.00 and three tokens (all scopes; reading only; all scopes but capped at 10.00), and a
/// provider who owns the agents did:example:alice and did:example:coder.
Result<void> seed_default_world(Turn& turn);

/// {user_token, read_only_token, capped_token, agents: [{id, did, name, api_key, capabilities, base_price}]}.
/// Everything follows from the seed; the database keeps only hashes of the keys.
json::Value describe_default_world(const World& world);

} // namespace agr::emulator::agrenting
