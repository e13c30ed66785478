// SPDX-License-Identifier: MIT
#include "emulator/agrenting/agents.hpp"

#include "base/text.hpp"
#include "emulator/agrenting/vault.hpp"
#include "emulator/ledger.hpp"
#include "emulator/refusal.hpp"
#include "emulator/timers.hpp"

#include <fmt/format.h>

namespace agr::emulator::agrenting {

const std::string_view k_agent_schema = R"sql(
CREATE TABLE IF NOT EXISTS agrenting_agents(
  id TEXT PRIMARY KEY, did TEXT NOT NULL UNIQUE, name TEXT NOT NULL, description TEXT NOT NULL,
  capabilities TEXT NOT NULL, category TEXT NOT NULL, pricing_model TEXT NOT NULL,
  base_price INTEGER NOT NULL, provider TEXT NOT NULL, model TEXT NOT NULL, metadata TEXT NOT NULL,
  status TEXT NOT NULL, owner TEXT, reputation INTEGER NOT NULL, completed INTEGER NOT NULL,
  failed INTEGER NOT NULL, earned INTEGER NOT NULL, last_seen_at INTEGER, created_at INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS agrenting_agents_by_owner ON agrenting_agents(owner);
)sql";

namespace {

constexpr std::string_view k_select =
    "SELECT a.*, (SELECT COUNT(*) FROM agrenting_hirings h WHERE h.agent = a.id "
    "AND h.status IN ('pending_payment', 'paid', 'queued', 'in_progress')) >= COALESCE((SELECT CAST(value AS "
    "INTEGER) FROM agrenting_settings WHERE name = 'capacity'), 1) AS busy FROM agrenting_agents a ";

json::Value parsed(const std::string& text) {
  return json::parse(text).value_or(json::Value());
}

Result<Agent> agent_from(const World& world, const store::Row& row) {
  Agent agent{row.text("id"), row.text("did"), row.text("name"), row.text("description")};
  agent.capabilities = parsed(row.text("capabilities"));
  agent.category = row.text("category");
  agent.pricing_model = row.text("pricing_model");
  agent.base_price = from_units(row.integer("base_price"));
  agent.provider = row.text("provider");
  agent.model = row.text("model");
  AGR_TRY_ASSIGN(agent.metadata, unseal_metadata(world, agent.id, parsed(row.text("metadata"))));
  agent.status = row.text("status");
  agent.owner = row.maybe_text("owner");
  agent.reputation = row.integer("reputation");
  agent.completed = row.integer("completed");
  agent.failed = row.integer("failed");
  agent.earned = row.integer("earned");
  if (!row.is_null("last_seen_at"))
    agent.last_seen_at = time_from_cell(row.integer("last_seen_at"));
  agent.created_at = time_from_cell(row.integer("created_at"));
  agent.busy = row.integer("busy") != 0;
  return agent;
}

Result<std::optional<Agent>> select_one(Turn& turn, std::string_view condition, const std::string& value) {
  AGR_TRY_ASSIGN(const auto row, turn.db().first(std::string(k_select) + std::string(condition), {value}));
  if (!row)
    return std::nullopt;
  return agent_from(turn.world, *row).map([](Agent agent) { return std::optional(std::move(agent)); });
}

Result<Error> no_such_agent(Turn& turn, const std::string& did) {
  AGR_TRY_ASSIGN(const auto rows, turn.db().query("SELECT did FROM agrenting_agents ORDER BY did"));
  std::vector<std::string> known;
  for (const store::Row& row : rows)
    known.push_back(row.text("did"));
  std::string message = fmt::format("No agent found with did={}.", did);
  if (const auto near = did_you_mean(did, known))
    message += fmt::format(" Did you mean {}?", *near);
  return refuse(404, "NOT_FOUND", std::move(message)).value();
}

std::string_view availability(const Agent& agent, Time now) {
  return agent.busy ? "busy" : is_online(agent, now) ? "available" : "offline";
}

json::Value hundredths(std::int64_t value) {
  return json::Number{Decimal::from_cents(value).money()};
}

json::Value success_rate(const Agent& agent) {
  const std::int64_t ended = agent.completed + agent.failed;
  return ended == 0 ? json::Value() : hundredths(agent.completed * 100 / ended);
}

Timer presence_of(const std::string& agent) {
  return {"agrenting", std::string(k_presence_timer), agent};
}

/// Whoever can be called can be asked, also before its first sign of life.
Result<void> watch_for_silence(Turn& turn, const Agent& agent) {
  return agent.callback_url().empty() ? Result<void>{}
                                      : set_timer_once(turn, presence_of(agent.id), turn.now + k_presence);
}

} // namespace

std::string Agent::callback_url() const {
  return std::string(metadata["callback_url"].as_string().value_or(""));
}

Result<void> insert(Turn& turn, const Agent& agent) {
  const store::Cell owner = agent.owner ? store::Cell(*agent.owner) : store::Cell(nullptr);
  AGR_TRY_ASSIGN(const std::int64_t base_price, to_units(agent.base_price));
  AGR_TRY_ASSIGN(const json::Value metadata, seal_metadata(turn, agent.id, agent.metadata));
  AGR_TRY(
      turn.db().run("INSERT INTO agrenting_agents VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0, "
                    "NULL, ?)",
                    {agent.id, agent.did, agent.name, agent.description, json::write(agent.capabilities),
                     agent.category, agent.pricing_model, base_price, agent.provider, agent.model,
                     json::write(metadata), agent.status, owner, agent.reputation, to_cell(turn.now)}));
  return watch_for_silence(turn, agent);
}

Result<void> update(Turn& turn, const Agent& agent) {
  AGR_TRY_ASSIGN(const std::int64_t base_price, to_units(agent.base_price));
  AGR_TRY_ASSIGN(const json::Value metadata, seal_metadata(turn, agent.id, agent.metadata));
  AGR_TRY(
      turn.db().run("UPDATE agrenting_agents SET name = ?, description = ?, capabilities = ?, category = ?, "
                    "pricing_model = ?, base_price = ?, provider = ?, model = ?, metadata = ?, status = ?, "
                    "reputation = ?, completed = ?, failed = ?, earned = ? WHERE id = ?",
                    {agent.name, agent.description, json::write(agent.capabilities), agent.category,
                     agent.pricing_model, base_price, agent.provider, agent.model, json::write(metadata),
                     agent.status, agent.reputation, agent.completed, agent.failed, agent.earned, agent.id}));
  return watch_for_silence(turn, agent);
}

Result<void> set_owner(Turn& turn, const Agent& agent, const std::string& owner) {
  return turn.db().run("UPDATE agrenting_agents SET owner = ? WHERE id = ?", {owner, agent.id}).map([](int) {
  });
}

Result<std::vector<Agent>> agents_where(Turn& turn, std::string_view condition,
                                        std::initializer_list<store::Cell> values) {
  AGR_TRY_ASSIGN(const auto rows, turn.db().query(fmt::format("{}{}", k_select, condition), values));
  std::vector<Agent> agents;
  for (const store::Row& row : rows) {
    AGR_TRY_ASSIGN(Agent agent, agent_from(turn.world, row));
    agents.push_back(std::move(agent));
  }
  return agents;
}

Result<std::optional<Agent>> agent_by_id(Turn& turn, const std::string& id) {
  return select_one(turn, "WHERE a.id = ?", id);
}

Result<Agent> find_agent(Turn& turn, const std::string& did_or_id) {
  AGR_TRY_ASSIGN(auto agent, select_one(turn, "WHERE a.did = ?1 OR a.id = ?1", did_or_id));
  if (agent)
    return std::move(*agent);
  AGR_TRY_ASSIGN(Error error, no_such_agent(turn, did_or_id));
  return fail(std::move(error));
}

Result<void> mark_seen(Turn& turn, const std::string& agent) {
  AGR_TRY(
      turn.db().run("UPDATE agrenting_agents SET last_seen_at = ? WHERE id = ?", {to_cell(turn.now), agent}));
  return set_timer_once(turn, presence_of(agent), turn.now + k_presence);
}

bool is_online(const Agent& agent, Time now) {
  return agent.last_seen_at && now - *agent.last_seen_at < k_presence;
}

json::Value to_json(const Agent& agent, Audience audience, Time now) {
  const bool all = audience == Audience::owner;
  return json::Value::object(
      {{"id", agent.id},
       {"did", agent.did},
       {"name", agent.name},
       {"description", agent.description},
       {"capabilities", agent.capabilities},
       {"category", agent.category},
       {"pricing_model", agent.pricing_model},
       {"base_price", agent.base_price},
       {"provider", agent.provider},
       {"model", agent.model},
       {"ai_provider", agent.provider},
       {"ai_model", agent.model},
       {"metadata", all ? agent.metadata : without_secrets(agent.metadata)},
       {"status", agent.status},
       {"availability_status", availability(agent, now)},
       {"owner_id", agent.owner},
       {"reputation_score", hundredths(agent.reputation)},
       {"total_tasks_completed", agent.completed},
       {"total_earnings", from_units(agent.earned)},
       {"success_rate", success_rate(agent)},
       {"last_seen_at", agent.last_seen_at ? json::Value(rfc3339(*agent.last_seen_at)) : json::Value()},
       {"created_at", rfc3339(agent.created_at)}});
}

} // namespace agr::emulator::agrenting
