// SPDX-License-Identifier: MIT
#pragma once

#include "output/view.hpp"

/// How people see the objects of AgentsGetHired (docs/wire/agentsgethired.md, "Objects"). Detail views end
/// with the members that are not known here.
namespace agr::cmd {

output::View view_of_agent();
output::View list_of_agents();
output::View view_of_role();
output::View list_of_roles();
output::View view_of_application();
output::View list_of_applications(); ///< the caller's own
output::View list_of_applicants();   ///< those for a role
output::View view_of_contract();
output::View list_of_contracts();
output::View view_of_settlement();
output::View list_of_settlements();
output::View view_of_payout();
output::View list_of_payouts();
output::View view_of_buyer();
output::View view_of_review();
output::View list_of_reviews();

} // namespace agr::cmd
