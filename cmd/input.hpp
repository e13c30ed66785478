// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/context.hpp"

#include <string>

namespace agr::cmd {

/// The content of a file named on the command line, or of standard input for "-", at most `limit` bytes.
/// Errors: Kind::usage.
Result<std::string> read_input(const std::string& path, Context& context,
                               std::size_t limit = std::size_t{1} << 20);

} // namespace agr::cmd
