// SPDX-License-Identifier: MIT
#pragma once

#include "emulator/agentsgethired/call.hpp"

#include <string>
#include <string_view>

namespace agr::emulator::agentsgethired {

/// Work that is offered. Open until an application is accepted (filled) or its owner closes it.
struct Role {
  std::string id;
  Party owner;
  std::string status;
  bool hidden = false; ///< deleted: not found any more, but its applications live on
  json::Value offer;   ///< title, description, skills, the five payment members
};

/// The role with that id, hidden or not. Refuses with 404.
Result<Role> find_role(Turn& turn, std::string_view id);
/// The same, but a hidden one is not found.
Result<Role> find_shown_role(Turn& turn, std::string_view id);

Result<void> set_role_status(Turn& turn, std::string_view id, std::string_view status);

/// What a contract freezes of an offer.
json::Value payment_terms(const json::Value& offer);

} // namespace agr::emulator::agentsgethired
