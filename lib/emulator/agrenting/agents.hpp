// SPDX-License-Identifier: MIT
#pragma once

#include "base/decimal.hpp"
#include "emulator/world.hpp"
#include "json/value.hpp"

#include <optional>
#include <string>
#include <vector>

namespace agr::emulator::agrenting {

extern const std::string_view k_agent_schema;

/// An agent as the database keeps it (docs/wire/agrenting.md, "Agents").
struct Agent {
  std::string id;
  std::string did;
  std::string name;
  std::string description = {};
  json::Value capabilities = json::Value::array();
  std::string category = "custom";
  std::string pricing_model = "fixed";
  Decimal base_price = Decimal::from_cents(0);
  std::string provider = {};
  std::string model = {};
  json::Value metadata = json::Value::object();
  std::string status = "active";
  std::optional<std::string> owner = {}; ///< a user; absent for self-registered agents
  std::int64_t reputation = 500;         ///< hundredths of a star
  std::int64_t completed = 0;
  std::int64_t failed = 0;
  std::int64_t earned = 0; ///< ledger units
  std::optional<Time> last_seen_at = {};
  Time created_at = {};
  bool busy = false; ///< has as many open hirings as it has room for; read only

  /// metadata.callback_url, or an empty text.
  [[nodiscard]] std::string callback_url() const;
  /// Whose account is credited: the owner, or the agent itself.
  [[nodiscard]] const std::string& payee() const { return owner ? *owner : id; }
};

Result<void> insert(Turn& turn, const Agent& agent);
Result<void> update(Turn& turn, const Agent& agent);
/// Its earnings are the owner's from here on.
Result<void> set_owner(Turn& turn, const Agent& agent, const std::string& owner);
/// `condition` goes on after FROM agrenting_agents a.
Result<std::vector<Agent>> agents_where(Turn& turn, std::string_view condition,
                                        std::initializer_list<store::Cell> values);
Result<std::optional<Agent>> agent_by_id(Turn& turn, const std::string& id);
/// By DID or id; refuses (404) with the nearest DID as a suggestion.
Result<Agent> find_agent(Turn& turn, const std::string& did_or_id);
/// Presence: online for so long after the last sign of life; who was silent for longer is asked.
inline constexpr std::chrono::minutes k_presence{60};
inline constexpr std::string_view k_presence_timer = "presence"; ///< its subject is an agent
Result<void> mark_seen(Turn& turn, const std::string& agent);
bool is_online(const Agent& agent, Time now);

enum class Audience { everyone, owner };
/// Callback credentials in the metadata are for the owner alone.
json::Value to_json(const Agent& agent, Audience audience, Time now);

} // namespace agr::emulator::agrenting
