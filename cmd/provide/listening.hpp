// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/frame/command.hpp"
#include "config/settings.hpp"
#include "serve/serve.hpp"

#include <string>
#include <vector>

namespace agr::cmd {

/// --health and --webhook, with --webhook-cert and --webhook-key. Errors: Kind::usage; Kind::config when the
/// certificate cannot be used.
Result<void> take_addresses(const Invocation& given, serve::Options& options);

/// With --webhook each agent must be told from the others, and have a secret to be called with. Errors:
/// Kind::config.
Result<void> check_webhooks(const Invocation& given, const std::vector<serve::AgentOptions>& agents);

} // namespace agr::cmd
