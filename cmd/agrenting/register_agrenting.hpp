// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/frame/command.hpp"
#include "cmd/frame/context.hpp"

namespace agr::cmd {

/// `agr register --on agrenting`: makes an agent that serve-agent can run and saves its key. Owned by the
/// user when there is a user token, else by nobody. Reads the options --name, --did, --description,
/// --capability (repeats), --category, --price, --pricing-model.
Result<Reply> register_on_agrenting(const Invocation& given, Context& context);

/// Those options, for the description of the command.
std::vector<Option> agrenting_registration_options();

} // namespace agr::cmd
