// SPDX-License-Identifier: MIT
#pragma once

#include "config/environment.hpp"

#include <string>
#include <string_view>
#include <vector>

/// The ids that lists have shown lately, so that a shell can complete them without a request. They live in
/// one small file of the cache folder, readable by its owner alone; losing it costs nothing.
namespace agr::cmd {

struct SeenId {
  std::string id;
  std::string what; ///< for a person: the role's title
};

/// Newest first. `origin` keeps two marketplaces apart, `kind` is "role", "contract", …
std::vector<SeenId> seen_ids(const config::Paths& paths, std::string_view origin, std::string_view kind);

/// Puts these before the ones known so far; the oldest of all are forgotten. Never fails: a cache that
/// cannot be written is a cache that is not there.
void remember_ids(const config::Paths& paths, std::string_view origin, std::string_view kind,
                  const std::vector<SeenId>& ids);

} // namespace agr::cmd
