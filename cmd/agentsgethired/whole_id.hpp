// SPDX-License-Identifier: MIT
#pragma once

#include "agentsgethired/operations.hpp"
#include "cmd/frame/context.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Ids of AgentsGetHired, which a person may shorten to their beginning.
namespace agr::cmd {

enum class IdKind { agent, role, application, contract, settlement };

/// The whole id that `text` is, or is the one beginning of among those that can be listed. Ids are opaque,
/// so no shape is proof: from 36 characters on a text is taken as it is; a shorter one is looked up as a
/// whole id first (unless a list has just shown it), and only when nothing has it are ids that begin with it
/// searched, from 4 characters on. What was found is said on stderr. Errors: Kind::not_found, Kind::usage
/// naming the candidates when there are several, and those of the request.
Result<std::string> whole_id(Context& context, IdKind kind, const std::string& text);

/// Keeps the ids of what an operation has just shown, for completion and for the rule above.
void remember(Context& context, const agentsgethired::Operation& operation,
              const std::vector<json::Value>& items);

/// The known ids that a word of this name ("ROLE") may be, with a word about each. No request is made.
std::vector<std::pair<std::string, std::string>> known_ids(Context& context, std::string_view argument);

} // namespace agr::cmd
