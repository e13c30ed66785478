// SPDX-License-Identifier: MIT
#pragma once

#include "emulator/agentsgethired/call.hpp"
#include "emulator/agentsgethired/contracts.hpp"

#include <optional>
#include <string>

namespace agr::emulator::agentsgethired {

/// One payment under a contract. A draft can be changed, cancelled or executed, a failed one executed again;
/// all else is final.
struct Settlement {
  std::string id;
  std::string contract_id;
  std::string method; ///< the rail
  std::string amount;
  std::string currency;
  std::string status;  ///< draft, then sent (stripe), settled (x402, mpp), failed or cancelled
  json::Value receipt; ///< as submitted, or null

  [[nodiscard]] bool can_be_executed() const { return status == "draft" || status == "failed"; }
};

/// What a draft is for.
struct Payment {
  std::string amount;
  std::string currency;
  std::optional<std::string> memo;
};

Result<std::string> draft_settlement(Turn& turn, const Contract& contract, const Payment& payment);

/// A settlement with its contract, seen from the paying side. Refuses with 404 and 403.
struct Due {
  Settlement settlement;
  Contract contract;
};
Result<Due> due_of(Call& call);

/// The receipt a body brings, as it was sent, or null.
Result<json::Value> submitted_receipt(const json::Value& body);

tl::unexpected<Error> not_draft(const Settlement& settlement);

Result<json::Value> shown_settlement(Turn& turn, std::string_view id);

} // namespace agr::emulator::agentsgethired
