// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/frame/command.hpp"

#include <vector>

namespace agr::cmd {

/// What an owner does with agents: update, status, assign, rotate-key.
std::vector<Command> own_agents_commands();

} // namespace agr::cmd
