// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace agr::cmd {

/// The ids that an argument of this name ("ROLE") may be, each with a word about it.
using IdsOf = std::function<std::vector<std::pair<std::string, std::string>>(std::string_view argument)>;

/// Candidates for the last of `words`, one per line with a tab and a description (`agr __complete`).
std::string completions(const std::vector<std::string>& words, const IdsOf& ids_of = {});

} // namespace agr::cmd
