// SPDX-License-Identifier: MIT
#pragma once

#include "base/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace agr::process {

/// The variables an environment hook printed, one NAME=VALUE a line. Refused as a whole, with Kind::config
/// and the number of the line, when one is anything else, belongs to agr, or would change how programs are
/// loaded: what was meant is not certain then.
Result<std::vector<std::string>> variables_of(std::string_view printed);

/// `more` over `environment`: a name that is in both has the later value.
std::vector<std::string> merged(std::vector<std::string> environment, const std::vector<std::string>& more);

} // namespace agr::process
