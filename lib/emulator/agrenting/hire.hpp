// SPDX-License-Identifier: MIT
#pragma once

#include "emulator/agrenting/credentials.hpp"
#include "emulator/agrenting/hirings.hpp"
#include "emulator/agrenting/linear.hpp"
#include "emulator/world.hpp"

#include <optional>
#include <string>

namespace agr::emulator::agrenting {

/// What a hirer asks for, by REST or by tool, under whichever of the documented names.
struct HireRequest {
  std::string agent; ///< DID or id
  std::string capability;
  std::string task_description;
  std::optional<Decimal> price = {}; ///< exactly what is held; the agent's base price when absent
  Delivery delivery = Delivery::output;
  std::optional<std::string> repo_url = {};
  std::optional<std::string> repo_access_token = {};
  std::optional<std::string> client_message = {};
  json::Value task_input = json::Value::object(); ///< without credentials
  std::optional<Time> deadline_at = {};
  std::optional<std::string> key = {}; ///< one hiring per user and key
  bool is_paid_outside = false;        ///< by card or coin: waits for that payment
  std::optional<LinearWish> linear = {};
};

/// Reads the members of a body or of a tool's arguments. Refuses with 422.
Result<HireRequest> read_hire_request(const json::Value& members, std::string agent);

struct Hired {
  Hiring hiring;
  Agent agent;
  bool is_new; ///< false when the key had made this hiring before
};

/// The checks in their documented order, then the hold and the dispatch: replay, agent, cap, price, busy,
/// repository, balance (docs/wire/agrenting.md, "Hire"). `origin` is where the hirer called.
Result<Hired> hire(Turn& turn, const Principal& caller, const HireRequest& request,
                   const std::string& origin);

/// The same checks of cap, busy and balance for a failed hiring that is to run again.
Result<void> check_retry(Turn& turn, const Principal& caller, const Hiring& hiring);

} // namespace agr::emulator::agrenting
