// SPDX-License-Identifier: MIT
#pragma once

#include "base/result.hpp"
#include "base/time.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace agr::process {

/// A program that is given something and prints something.
struct Filter {
  std::vector<std::string> argv = {};        ///< the first is a path; PATH is not searched
  std::vector<std::string> environment = {}; ///< "NAME=value"; exactly this, nothing is inherited
  Millis patience{600'000};                  ///< then its process group is killed
  std::size_t max_output = 64 * 1024;        ///< bytes; one more and it is killed
};

/// What came of it. Its stderr goes where ours goes.
struct Filtered {
  enum class How { exited, signalled, timed_out, wrote_too_much };
  How how = How::exited;
  int code = 0; ///< exit code or signal
  std::string output;
};

/// Runs the program and waits for it. Errors: Kind::config when it certainly did not run.
Result<Filtered> run_filter(const Filter& filter, std::string_view input);

} // namespace agr::process
