// SPDX-License-Identifier: MIT
#pragma once

#include "emulator/message.hpp"
#include "emulator/step.hpp"
#include "emulator/world.hpp"

#include <string_view>

namespace agr::emulator {

/// The requests that concern the world as a whole and therefore are no step within it: GET
/// /__emulator/snapshot gives it as bytes, POST /__emulator/restore takes such bytes, POST /__emulator/reset
/// makes it new. After the last two nothing of what was on its way is left.
bool is_about_the_world(std::string_view path);
Step change_world(World& world, const Request& request, Time now);

} // namespace agr::emulator
