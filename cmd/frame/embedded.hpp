// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>
#include <vector>

namespace agr::cmd {

/// A file of the source tree that travels inside the binary.
struct Embedded {
  std::string_view name;
  std::string_view text;
};

const std::vector<Embedded>& topics();             ///< man/topics/NAME.md: `agr help NAME`
const std::vector<Embedded>& completion_scripts(); ///< completions/agr.SHELL

} // namespace agr::cmd
