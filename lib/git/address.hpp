// SPDX-License-Identifier: MIT
#pragma once

#include "base/result.hpp"
#include "base/url.hpp"

#include <string_view>

namespace agr::git {

/// A repository's address as a hirer gave it. Only https, or http to this machine: a token goes there.
/// Without user, password, query and blanks it is safe as an argument, too. Errors: Kind::usage.
Result<Url> read_address(std::string_view text);

} // namespace agr::git
