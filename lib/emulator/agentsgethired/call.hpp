// SPDX-License-Identifier: MIT
#pragma once

#include "emulator/refusal.hpp"
#include "emulator/router.hpp"
#include "emulator/world.hpp"
#include "json/value.hpp"

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace agr::emulator::agentsgethired {

/// Somebody who acts: an agent or a human buyer.
struct Party {
  std::string type; ///< "agent" or "buyer"
  std::string id;

  [[nodiscard]] bool is_agent(std::string_view agent_id) const { return type == "agent" && id == agent_id; }
  friend bool operator==(const Party&, const Party&) = default;
};

/// One request on its way through: who asks, what for, and the world it may change.
struct Call {
  Turn& turn;
  const Request& request;
  Params path = {};
  Params query = {};
  Party caller = {};    ///< nobody on public operations
  bool is_final = true; ///< whether a repetition gets the same answer (Idempotency-Key)

  [[nodiscard]] store::Database& db() const { return turn.db(); }
  /// The body as a JSON object; an empty body is an empty object. Refuses with 400 and 415.
  [[nodiscard]] Result<json::Value> body() const;
};

using Members = std::initializer_list<std::pair<std::string_view, json::Value>>;

/// {"ok":true, …}
Response success(int status, Members members = {});
inline Response ok(Members members = {}) {
  return success(200, members);
}
inline Response created(Members members) {
  return success(201, members);
}

inline tl::unexpected<Error> bad_request(std::string message) {
  return refuse(400, "bad_request", std::move(message));
}
inline tl::unexpected<Error> forbidden(std::string message) {
  return refuse(403, "forbidden", std::move(message));
}
inline tl::unexpected<Error> not_found(std::string_view what) {
  return refuse(404, "not_found", std::string(what) + " not found");
}
inline tl::unexpected<Error> conflict(std::string_view code, std::string message) {
  return refuse(409, code, std::move(message));
}

/// A JSON column.
json::Value document(const store::Row& row, std::string_view column);
/// A column with a moment, as the wire writes it; null when there is none.
json::Value moment(const store::Row& row, std::string_view column);

} // namespace agr::emulator::agentsgethired
