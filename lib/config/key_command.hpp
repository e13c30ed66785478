// SPDX-License-Identifier: MIT
#pragma once

#include "base/result.hpp"
#include "base/secret.hpp"

#include <string>
#include <vector>

namespace agr::config {

/// Runs a helper without a shell and takes the first line it prints as the key. Errors: Kind::config.
Result<Secret> key_from_command(const std::vector<std::string>& command);

} // namespace agr::config
