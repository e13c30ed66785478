// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/frame/command.hpp"
#include "cmd/frame/context.hpp"

#include <string>
#include <vector>

namespace agr::cmd {

/// One run of the program, from words to exit code. Never throws.
int run_cli(const std::vector<std::string>& words, Env& env);

} // namespace agr::cmd
