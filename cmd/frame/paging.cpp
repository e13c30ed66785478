// SPDX-License-Identifier: MIT
#include "cmd/frame/paging.hpp"

#include <fmt/format.h>

namespace agr::cmd {

std::vector<Option> with_paging(std::vector<Option> options) {
  options.push_back({"--limit", "N", "At most this many (20)", Option::Type::integer});
  options.push_back({"--all", "", "All of them, page by page"});
  return options;
}

Result<std::optional<long long>> limit_of(const Invocation& given, long long usual) {
  if (given.has("--all") && given.has("--limit"))
    return fail({Kind::usage, "--all and --limit exclude each other"});
  if (given.has("--all"))
    return std::optional<long long>();
  const long long limit = given.integer("--limit").value_or(usual);
  if (limit < 1)
    return fail({Kind::usage, fmt::format("--limit {} is not a positive number", limit)});
  return std::optional(limit);
}

} // namespace agr::cmd
