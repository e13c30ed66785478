// SPDX-License-Identifier: MIT
#include "config/push.hpp"

#include "config/members.hpp"

#include <fmt/format.h>

#include <array>

namespace agr::config {
namespace {

const std::array<std::string, 2> k_members{"branch", "author"};

} // namespace

Result<Push> push_in(const Document& document, const Document::Path& table, const std::string& where) {
  const auto at = [&table](std::initializer_list<std::string> more) {
    auto path = table;
    path.emplace_back("push");
    path.insert(path.end(), more);
    return path;
  };
  AGR_TRY(check_members(document, at({}), k_members, where + ": push"));
  const auto branch = document.text(at({"branch"})).value_or("own");
  if (branch != "own" && branch != "default")
    return fail({Kind::config, fmt::format("{}: push.branch is neither own nor default", where),
                 "own is a new branch for each hiring, default is what the repository calls so"});
  return Push{.to_default = branch == "default", .author = document.text(at({"author"})).value_or("")};
}

} // namespace agr::config
