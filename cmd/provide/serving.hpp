// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/frame/command.hpp"
#include "cmd/frame/context.hpp"
#include "serve/serve.hpp"

#include <string>
#include <vector>

namespace agr::cmd {

/// Where the agents of a serve-agent are described, and what the command line says about all of them. It
/// touches nothing of a Context, so that it can be read again on another thread.
struct Serving {
  Invocation given;
  config::Paths paths; ///< `config` is the file of --agents, when that was given
  config::Environment environment;
  config::Choice choice;
  std::string program; ///< this binary

  /// The agents to serve, as they are described now: those of --name, else AGRENTING_AGENT_KEY, else all of
  /// the profile. Errors: Kind::usage, Kind::auth, Kind::config.
  [[nodiscard]] Result<std::vector<serve::AgentOptions>> agents() const;
};

Result<Serving> serving_of(const Invocation& given, Context& context);

} // namespace agr::cmd
