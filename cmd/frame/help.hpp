// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/frame/command.hpp"

#include <string>
#include <string_view>

namespace agr::cmd {

/// "agr roles list [--limit N] …"
std::string usage_line(const Command& command);

/// Help for "" (the whole program), "roles", "roles list" or a topic. Errors: Kind::not_found.
Result<std::string> help_text(std::string_view topic, int width, bool colour);

/// The manual page of a command or topic as troff. Errors: Kind::not_found.
Result<std::string> manual_page(std::string_view topic);

/// The description of every command as JSON (`agr __dump-cli`).
json::Value described();

} // namespace agr::cmd
