// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/frame/command.hpp"
#include "cmd/frame/context.hpp"
#include "settle/journal.hpp"
#include "settle/policy.hpp"

#include <vector>

/// What may be paid: the [settle] table of the configuration, narrowed by the options of a run.
namespace agr::cmd {

std::vector<Option> policy_options();

/// Errors: Kind::money when an option asks for more than the configuration allows.
Result<settle::Policy> policy_of(const Invocation& given, Context& context);

/// What this machine paid in the last 24 hours, and what it may have paid.
Result<settle::Purses> spent_lately(settle::Journal& journal, Context& context);

} // namespace agr::cmd
