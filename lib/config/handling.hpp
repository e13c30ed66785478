// SPDX-License-Identifier: MIT
#pragma once

#include "base/result.hpp"
#include "config/document.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace agr::config {

/// What surrounds an agent's handler: `agr help handlers`.
struct Handling {
  bool isolate = false;                        ///< in a sandbox
  bool isolate_network = false;                ///< which has the network
  std::vector<std::string> isolate_paths = {}; ///< and shows these, too
  std::optional<std::uint64_t> max_disk = {};  ///< bytes
  std::string hooks_folder = {};               ///< programs with the names of hooks
  std::vector<std::string> environment = {};   ///< the hooks as commands
  std::vector<std::string> pre_handler = {};
  std::vector<std::string> post_handler = {};
};

/// The members of an agent's table that are about it. Errors: Kind::config, also for a misspelled name: a
/// sandbox must not be missing because of a typing error.
Result<Handling> handling_in(const Document& document, const Document::Path& table, const std::string& where);

} // namespace agr::config
