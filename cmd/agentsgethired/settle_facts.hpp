// SPDX-License-Identifier: MIT
#pragma once

#include "agentsgethired/service.hpp"
#include "cmd/frame/context.hpp"
#include "settle/journal.hpp"
#include "settle/plan.hpp"

#include <string>

namespace agr::cmd {

/// Everything a plan follows from, asked of the marketplace and of the journal. Only contracts that wait for
/// money are in it.
Result<settle::Facts> facts_of(const agentsgethired::Service& service, const std::string& origin,
                               settle::Journal& journal, Context& context);

} // namespace agr::cmd
