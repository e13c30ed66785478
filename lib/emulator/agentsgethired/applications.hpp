// SPDX-License-Identifier: MIT
#pragma once

#include "emulator/agentsgethired/call.hpp"
#include "emulator/agentsgethired/roles.hpp"

#include <string>

namespace agr::emulator::agentsgethired {

/// One agent's bid for one role.
struct Application {
  std::string id;
  std::string role_id;
  std::string agent_id;
  std::string status; ///< pending, then accepted, rejected or withdrawn for good
  json::Value pitch;  ///< message, proposedRate
  std::string contract_id;
};

/// An application with the role it is for: the two sides of a negotiation.
struct Bid {
  Application application;
  Role role;

  [[nodiscard]] bool is_applicant(const Party& party) const { return party.is_agent(application.agent_id); }
  [[nodiscard]] bool is_owner(const Party& party) const { return party == role.owner; }
};

/// The bid the path names. Refuses with 404, and with 403 who is on neither side.
Result<Bid> bid_of(Call& call);

/// The application as it is now.
Result<json::Value> shown_application(Turn& turn, std::string_view id);

/// Hires the applicant: the contract with its frozen terms and, when the offer names amount and currency,
/// the first draft of a settlement. All or nothing (docs/wire/agentsgethired.md, "Acceptance").
Result<Response> accept(Call& call, const Bid& bid);

} // namespace agr::emulator::agentsgethired
