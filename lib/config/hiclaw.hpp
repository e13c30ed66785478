// SPDX-License-Identifier: MIT
#pragma once

#include "base/result.hpp"
#include "config/document.hpp"

#include <map>
#include <string>

namespace agr::config {

/// A HiClaw installation an agent's work is passed on to: `agr help handlers`, "HiClaw". What is empty comes
/// from the environment or is as HiClaw has it.
struct HiClaw {
  std::string tasks = {};                        ///< the folder of tasks
  std::string alias = {};                        ///< of the object storage, for mc
  std::string worker = {};                       ///< who works when a hiring names nobody: "@name:server"
  std::map<std::string, std::string> rooms = {}; ///< by worker: "!id:server"
  std::string mc = {};                           ///< programs
  std::string copaw = {};
};

/// The table `hiclaw` of an agent. Errors: Kind::config, also for a misspelled name and for what is no
/// worker or room.
Result<HiClaw> hiclaw_in(const Document& document, const Document::Path& table, const std::string& where);

/// "@name:server" and "!id:server".
bool is_worker(std::string_view text);
bool is_room(std::string_view text);

} // namespace agr::config
