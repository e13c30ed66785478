// SPDX-License-Identifier: MIT
#pragma once

#include "base/secret.hpp"
#include "cmd/frame/context.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace agr::cmd {

/// A credential from a helper program, from standard input, or asked for on a terminal; never from argv.
/// `what` names it for people. Errors: Kind::usage, or Kind::config from the helper.
Result<Secret> read_secret(std::string_view what, const std::optional<std::string>& command, bool from_stdin,
                           Context& context);

} // namespace agr::cmd
