// SPDX-License-Identifier: MIT
#include "config/members.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace agr::config {

Result<void> check_members(const Document& document, const Document::Path& table,
                           std::span<const std::string> known, const std::string& what) {
  for (const auto& name : document.names(table)) {
    if (std::ranges::find(known, name) != known.end())
      continue;
    const auto meant = did_you_mean(name, known);
    return fail(
        {Kind::config, fmt::format("{} has no member \"{}\"", what, printable(name)),
         meant ? fmt::format("did you mean {}?", *meant) : fmt::format("it has: {}", join(known, ", "))});
  }
  return {};
}

} // namespace agr::config
