// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/frame/command.hpp"
#include "cmd/frame/context.hpp"
#include "serve/serve.hpp"

namespace agr::cmd {

/// `serve-agent --check`: whether these agents could be served, without serving them. Exits with the code of
/// the first check that failed.
Result<Reply> check_serving(const std::vector<serve::AgentOptions>& agents, Context& context);

} // namespace agr::cmd
