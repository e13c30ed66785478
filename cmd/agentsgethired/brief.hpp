// SPDX-License-Identifier: MIT
#pragma once

#include "agentsgethired/profile.hpp"

#include <string>

namespace agr::cmd {

/// A profile file to fill in (TOML, for `agr register --from`), with the brief above it as comments. Nothing
/// of the brief is sent with a profile.
std::string profile_to_fill_in(const agentsgethired::Brief& brief);

} // namespace agr::cmd
