// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/frame/command.hpp"

#include <optional>
#include <vector>

namespace agr::cmd {

/// Adds --limit and --all, which every list takes.
std::vector<Option> with_paging(std::vector<Option> options);

/// What they ask for; `usual` when neither is given, nothing for all. Errors: Kind::usage.
Result<std::optional<long long>> limit_of(const Invocation& given, long long usual = 20);

} // namespace agr::cmd
