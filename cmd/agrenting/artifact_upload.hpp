// SPDX-License-Identifier: MIT
#pragma once

#include "agrenting/api.hpp"
#include "cmd/frame/context.hpp"

#include <string>
#include <vector>

namespace agr::cmd {

/// Uploads files to a hiring, as the agent of `endpoint`; "-" is standard input. Small ones travel together,
/// a large one by itself and never whole in memory. Gives what the service says of each. Errors: Kind::usage
/// for a file that cannot be read; Kind::protocol when one arrived otherwise than it left.
Result<json::Value> upload_files(Context& context, const agrenting::Endpoint& endpoint,
                                 const std::string& hiring, const std::vector<std::string>& paths,
                                 const std::string& type);

} // namespace agr::cmd
