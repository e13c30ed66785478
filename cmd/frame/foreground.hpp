// SPDX-License-Identifier: MIT
#pragma once

#include "base/result.hpp"
#include "net/loop.hpp"

#include <string>
#include <vector>

namespace agr::cmd {

/// Runs a program on this terminal, with exactly this environment, while the loop serves it. Gives its exit
/// code, 128+n for a signal. INT, TERM and HUP are passed on to it. What it leaves running in the background
/// is ended as well: nothing of it outlives this call. Errors: Kind::usage when it cannot be started.
Result<int> run_in_foreground(net::Loop& loop, const std::vector<std::string>& command,
                              const std::vector<std::string>& environment);

} // namespace agr::cmd
