// SPDX-License-Identifier: MIT
#pragma once

#include "base/result.hpp"
#include "process/fd.hpp"

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace agr::process {

/// What to start.
struct Program {
  std::vector<std::string> argv = {};        ///< the first is a path; PATH is not searched
  std::vector<std::string> environment = {}; ///< "NAME=value"; exactly this, nothing is inherited
  std::string folder = {};                   ///< the working directory
  std::string input = {};                    ///< the file that is its stdin
  std::vector<std::string> sandbox = {};     ///< words to put before argv: sandbox.hpp
  std::uint64_t max_file = 0; ///< bytes; the kernel stops it from writing a longer one; 0: no limit
  int inherited = -1;         ///< a descriptor of ours that becomes its descriptor 3; not with a sandbox
};

/// A program as it was started: leader of its own process group, its outputs on pipes.
struct Child {
  pid_t pid = 0;
  Fd output;
  Fd errors;
  Fd report; ///< what the sandbox says on descriptor 3, when there is one
};

/// Why a program did not start, in the shell's exit codes: 127 not found, 126 not executable.
struct StartFailure {
  int code = 126;
  std::string message;
};

/// Starts the program with exactly its environment, no other descriptor, no blocked signal, and a kernel
/// promise that it dies with this process.
tl::expected<Child, StartFailure> start_child(const Program& program);

} // namespace agr::process
