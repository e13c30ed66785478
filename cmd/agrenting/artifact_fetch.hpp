// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/agrenting/download.hpp"
#include "cmd/agrenting/hirer.hpp"

#include <string>

namespace agr::cmd {

/// Brings the bytes of one artifact to disk: over REST in pieces of any size, going on where an earlier try
/// was cut off if the service can give a part; over MCP if it is small enough for a tool's answer. The name
/// the service suggests comes back.
Result<std::string> fetch_artifact(Context& context, const Hirer& hirer, const std::string& id,
                                   Download& download);

/// The bytes of one artifact to standard output.
Result<void> print_artifact(Context& context, const agrenting::Endpoint& endpoint, const std::string& id);

} // namespace agr::cmd
