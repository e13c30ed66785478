// SPDX-License-Identifier: MIT
#pragma once

#include "base/result.hpp"
#include "config/document.hpp"

#include <string>

namespace agr::config {

/// How an agent's work gets into a hirer's repository: `agr help config`.
struct Push {
  bool to_default = false; ///< onto its default branch, instead of one of our own
  std::string author = {}; ///< of commits, "Name <address>"; empty: the agent's name
};

/// The table `push` of an agent. Errors: Kind::config, also for a misspelled name.
Result<Push> push_in(const Document& document, const Document::Path& table, const std::string& where);

} // namespace agr::config
