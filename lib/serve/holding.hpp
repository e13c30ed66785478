// SPDX-License-Identifier: MIT
#pragma once

#include "process/lock_table.hpp"

#include <string>

namespace agr::serve {

/// The locks of all agents under a state folder: one open file, whoever serves how many of them.
Result<process::LockTable> agent_locks(const std::string& state);

/// The right to serve the agent of this folder (AgentOptions::folder). Errors: Kind::locked when it is
/// served already.
Result<process::Hold> hold_agent(const process::LockTable& locks, const std::string& folder,
                                 const std::string& name);

} // namespace agr::serve
