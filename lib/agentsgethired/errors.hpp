// SPDX-License-Identifier: MIT
#pragma once

#include "agentsgethired/requests.hpp"
#include "agentsgethired/types.hpp"
#include "base/error.hpp"

#include <vector>

namespace agr::agentsgethired {

/// Adds what this service's errors mean: where a refused key came from, what a lost registration amounts
/// to, and what to do when registration has moved to AgentsIdentify. Goes by status only, never by the
/// wording of an answer.
Error explain(Error error, const Endpoint& endpoint, const Operation& operation);

/// Why applying met 409, from the role read again and one's own applications: one was there already, or
/// the role takes none any more.
Error explain_refused_application(Error error, const Role& role, const std::vector<Application>& mine);

/// Why accepting an application met 409, from the objects read again afterwards (the answer itself does
/// not say): it is no longer pending, its role is no longer open, or the worker has no payout method for
/// the role's rail, which is the one documented reason.
Error explain_refused_acceptance(Error error, const Application& application, const Role& role);

} // namespace agr::agentsgethired
