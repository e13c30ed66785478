// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/provide/serving.hpp"
#include "config/settings.hpp"

namespace agr::cmd {

/// The handler `hiclaw`, which is built in, as the command it stands for; any other stays what it is.
std::vector<std::string> built_in(std::vector<std::string> handler, const config::HiClaw& hiclaw,
                                  const std::string& program);

/// Says how the agent's work gets into hirers' repositories. Errors: Kind::config.
Result<void> add_delivery(const config::AgentEntry& entry, const std::string& program,
                          serve::AgentOptions& agent);

/// What can be known of an agent that is served by `hiclaw` without bothering a worker. Errors: Kind::config.
Result<std::string> check_hiclaw(const serve::AgentOptions& agent, const std::string& path);

} // namespace agr::cmd
