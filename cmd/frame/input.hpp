// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/frame/context.hpp"

#include <string>

namespace agr::cmd {

/// The content of a file named on the command line, or of standard input for "-", at most `limit` bytes.
/// Errors: Kind::usage.
Result<std::string> read_input(const std::string& path, Context& context,
                               std::size_t limit = std::size_t{1} << 20);

/// An object from a JSON or TOML file, or from standard input for "-". What begins with a brace is JSON.
/// Errors: Kind::usage.
Result<json::Value> read_object(const std::string& path, Context& context);

/// A text given as a word, or read from standard input for "-".
Result<std::string> text_or_stdin(const std::string& text, Context& context);

} // namespace agr::cmd
