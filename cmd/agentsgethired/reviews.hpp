// SPDX-License-Identifier: MIT
#pragma once

#include "agentsgethired/operations.hpp"
#include "cmd/frame/command.hpp"

#include <vector>

/// Reviewing somebody, by whichever object leads to them.
namespace agr::cmd {

/// What such a command takes: `whose`, RATING and the COMMENT.
std::vector<Argument> review_arguments(Argument whose);

/// Sends the review for the object of that id. A rating outside 1 to 5 is warned about and sent: which
/// scale the service has is not documented.
Result<Reply> send_review(const Invocation& given, Context& context,
                          const agentsgethired::Operation& operation, const std::string& id);

} // namespace agr::cmd
