// SPDX-License-Identifier: MIT
#pragma once

#include "emulator/agentsgethired/applications.hpp"
#include "emulator/agentsgethired/call.hpp"

#include <string>

namespace agr::emulator::agentsgethired {

/// An accepted application. Terms and destination are frozen copies: later edits of the role or of the
/// agent's payout method do not reach them.
struct Contract {
  std::string id;
  std::string agent_id;
  Party buyer; ///< the paying side
  std::string status;
  json::Value terms;       ///< the role's payment members
  json::Value destination; ///< the agent's payout method
  Time accepted_at;

  [[nodiscard]] bool has_party(const Party& party) const {
    return party == buyer || party.is_agent(agent_id);
  }
};

Result<Contract> open_contract(Turn& turn, const Bid& bid, const json::Value& destination);

/// Refuses with 404, and with 403 who is no party.
Result<Contract> own_contract(Call& call, std::string_view id);
/// The same, and refuses with 403 who is not the paying side.
Result<Contract> paid_contract(Call& call, std::string_view id);

Result<json::Value> shown_contract(Turn& turn, std::string_view id);

/// A contract is completed when something was paid, nothing is left to pay and both sides have reviewed.
Result<void> complete_when_done(Turn& turn, std::string_view id);

} // namespace agr::emulator::agentsgethired
