// SPDX-License-Identifier: MIT
#include "serve/holding.hpp"

#include "process/files.hpp"

#include <filesystem>

namespace agr::serve {

Result<process::LockTable> agent_locks(const std::string& state) {
  AGR_TRY(process::make_private_folder(state));
  return process::LockTable::open(state + "/agents.lock");
}

Result<process::Hold> hold_agent(const process::LockTable& locks, const std::string& folder,
                                 const std::string& name) {
  return locks.take(std::filesystem::path(folder).filename().string(), folder + "/pid",
                    "agent " + name + " is served", "stop that one first, or leave it the work");
}

} // namespace agr::serve
