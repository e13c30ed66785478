// SPDX-License-Identifier: MIT
#pragma once

#include "emulator/world.hpp"
#include "json/value.hpp"

namespace agr::emulator::agentsgethired {

/// The first phase of a registration: eight dimensions of a working identity and four seeds for a name. A
/// world gives the same brief every time (docs/wire/agentsgethired.md, "Registration").
json::Value identity_brief(const World& world);

} // namespace agr::emulator::agentsgethired
