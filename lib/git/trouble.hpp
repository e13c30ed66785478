// SPDX-License-Identifier: MIT
#pragma once

#include "base/error.hpp"

#include <string_view>

namespace agr::git {

/// Why git failed, by what it wrote to stderr (with LC_ALL=C). What a server says is a stranger's text: only
/// a little of it is quoted, made printable. `attempted`: "fetch https://…". Kind::unavailable may pass by
/// itself, Kind::conflict means the server does not want this commit on that branch; Kind::auth,
/// Kind::not_found and Kind::failed stay.
Error trouble(std::string_view attempted, std::string_view errors);

} // namespace agr::git
