// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/frame/command.hpp"
#include "cmd/frame/context.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace agr::cmd {

/// What the words on the command line ask for.
struct Parsed {
  enum class Wish { run, help, version };
  Wish wish = Wish::run;
  std::string topic; ///< of help: "", "roles" or "roles list"
  const Command* command = nullptr;
  Invocation invocation = {};
  Globals globals = {};
};

/// Errors: Kind::usage with "did you mean" or the usage line. Only the named word's commands are built.
Result<Parsed> parse(const std::vector<std::string>& words);

/// Options every command takes, described like any others.
const std::vector<Option>& global_options();

/// The set behind a first word, or nullptr.
const CommandSet* find_set(std::string_view word);
/// The command of that full name ("roles list"), or nullptr.
const Command* find_command(std::string_view name);

/// "--output" of "-o,--output".
std::string long_name(const Option& option);

} // namespace agr::cmd
