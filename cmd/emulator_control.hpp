// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/command.hpp"

#include <vector>

namespace agr::cmd {

/// The verbs of `agr emulator` that steer one that runs: they speak to /__emulator/.
std::vector<Command> emulator_control_commands();

} // namespace agr::cmd
