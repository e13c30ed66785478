// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/frame/command.hpp"

namespace agr::cmd {

/// `agr serve-agent journal …`: what the agents of this machine have written down.
std::vector<Command> journal_commands();

} // namespace agr::cmd
