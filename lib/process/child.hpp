// SPDX-License-Identifier: MIT
#pragma once

#include "base/result.hpp"
#include "process/spool.hpp"

namespace agr::process {

/// A program as it was started: leader of its own process group, its outputs on pipes.
struct Child {
  pid_t pid = 0;
  Fd output;
  Fd errors;
};

/// Why a program did not start, in the shell's exit codes: 127 not found, 126 not executable.
struct StartFailure {
  int code = 126;
  std::string message;
};

/// Starts the command with `input` as its stdin, exactly its environment, no other descriptor, no blocked
/// signal, and a kernel promise that it dies with this process.
tl::expected<Child, StartFailure> start_child(const Command& command, const std::string& input);

} // namespace agr::process
