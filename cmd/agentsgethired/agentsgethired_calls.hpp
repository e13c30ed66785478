// SPDX-License-Identifier: MIT
#pragma once

#include "agentsgethired/profile.hpp"
#include "agentsgethired/service.hpp"
#include "cmd/agentsgethired/agentsgethired_views.hpp"
#include "cmd/agentsgethired/whole_id.hpp"
#include "cmd/frame/command.hpp"
#include "cmd/frame/context.hpp"

#include <string>
#include <string_view>
#include <vector>

/// What the AgentsGetHired commands share: who asks, and the plain shapes of asking.
namespace agr::cmd {

/// The marketplace as the agent of this run; what needs a key says so when there is none. `context` must
/// outlive it.
Result<agentsgethired::Service> marketplace(Context& context);

/// The marketplace at a place of its own: registration has no key and perhaps no profile yet.
agentsgethired::Service marketplace_at(Context& context, agentsgethired::Endpoint endpoint);

/// One object, as it came.
Result<Reply> show(Context& context, const agentsgethired::Operation& operation, const std::string& id,
                   output::View view);
/// A list, as it came, as long as --limit and --all say.
Result<Reply> list(const Invocation& given, Context& context, const agentsgethired::Operation& operation,
                   std::vector<std::string> ids, output::View view);
/// As above, with filters: sent as `call` says, and applied here by `keep` before the limit.
Result<Reply> list(const Invocation& given, Context& context, const agentsgethired::Operation& operation,
                   agentsgethired::Call call, const agentsgethired::Service::Keep& keep, output::View view);
/// A plain change; `said` is told to a person when it is done.
Result<Reply> change(Context& context, const agentsgethired::Operation& operation,
                     const agentsgethired::Call& call, output::View view, std::string_view said);

/// The options that describe an agent, and what was given of them: from --from FILE, each option
/// overriding its member.
std::vector<Option> profile_options();
Result<agentsgethired::Profile> profile_of(const Invocation& given, Context& context);

} // namespace agr::cmd
