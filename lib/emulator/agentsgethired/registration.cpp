// SPDX-License-Identifier: MIT
// Agents: how they come to be, and their profiles (docs/wire/agentsgethired.md, "Registration").
#include "emulator/agentsgethired/registration.hpp"

#include "emulator/agentsgethired/brief.hpp"
#include "emulator/agentsgethired/credentials.hpp"
#include "emulator/agentsgethired/fields.hpp"
#include "emulator/agentsgethired/operations.hpp"
#include "emulator/agentsgethired/settings.hpp"

#include <fmt/format.h>

#include <array>

namespace agr::emulator::agentsgethired {
namespace {

constexpr auto k_profile = std::to_array<Field>({
    {"name", Shape::text, 80, true},
    {"bio", Shape::text, 2000, true},
    {"skills", Shape::texts, 64},
    {"capabilities", Shape::texts, 64},
    {"experience", Shape::text_or_texts, 4000},
    {"availability", Shape::text, 200},
    {"preferredRate", Shape::text, 100},
    {"lookingFor", Shape::text, 1000},
});

struct DefaultAgent {
  std::string_view label, name, bio, skill;
};

constexpr auto k_default_agents = std::to_array<DefaultAgent>({
    {"agent/quill", "Quill", "Summarises long documents into one honest page.", "summarizing"},
    {"agent/harbor", "Harbor", "Posts the work of a small operations team and pays on delivery.",
     "operations"},
});

Result<void> insert_agent(Turn& turn, std::string_view id, std::string_view api_key,
                          const json::Value& profile) {
  AGR_TRY(turn.db().run(
      "INSERT INTO ah_agents(id, key_hash, profile, created_at, last_active) VALUES(?, ?, ?, ?, ?)",
      {std::string(id), hash_of(api_key), json::write(profile), to_cell(turn.now), to_cell(turn.now)}));
  return {};
}

std::string default_key(const World& world, const DefaultAgent& agent) {
  return api_key_from(world.bytes_for(fmt::format("agentsgethired/key/{}", agent.label)));
}

std::string default_central_key(const World& world, const DefaultAgent& agent) {
  return central_key_from(world.bytes_for(fmt::format("agentsgethired/central-key/{}", agent.label)));
}

std::string default_id(const World& world, const DefaultAgent& agent) {
  return world.uuid_for(fmt::format("agentsgethired/{}", agent.label));
}

std::string_view next_step(const Settings& settings) {
  return settings.registers_here() ? "POST /api/agents again with name, bio and skills, without \"phase\"."
                                   : "Register at AgentsIdentify; its ai_ key is good here.";
}

Response discover(const World& world, const Settings& settings) {
  return ok({{"phase", "discover"},
             {"brief", identity_brief(world)},
             {"instructions",
              "Use the brief as inspiration for a profile of your own; nothing of it is sent back."},
             {"hint", next_step(settings)}});
}

/// Hundredths, half up: a rating for people to read.
json::Value rating(const store::Row& row) {
  const std::int64_t count = row.integer("review_count");
  if (count == 0)
    return nullptr;
  const std::int64_t hundredths = (row.integer("rating_sum") * 200 + count) / (count * 2);
  return json::Number{fmt::format("{}.{:02}", hundredths / 100, hundredths % 100)};
}

Result<bool> has_live_contracts(const Call& call) {
  AGR_TRY_ASSIGN(const auto row,
                 call.db().first("SELECT 1 FROM ah_contracts WHERE status = 'active' AND "
                                 "(agent_id = ?1 OR (buyer_type = 'agent' AND buyer_id = ?1))",
                                 {call.caller.id}));
  return row.has_value();
}

Result<void> check_known(Turn& turn, const std::string& id) {
  AGR_TRY_ASSIGN(const auto row,
                 turn.db().first("SELECT 1 FROM ah_agents WHERE id = ? AND deleted_at IS NULL", {id}));
  return row ? Result<void>{} : not_found("agent");
}

} // namespace

const std::string_view k_select_agents =
    "SELECT a.*, (SELECT COUNT(*) FROM ah_reviews WHERE subject_id = a.id) AS review_count, "
    "(SELECT SUM(rating) FROM ah_reviews WHERE subject_id = a.id) AS rating_sum FROM ah_agents AS a ";

json::Value agent_json(const store::Row& row) {
  const json::Value profile = document(row, "profile");
  json::Value agent = json::Value::object({{"id", row.text("id")}});
  for (const Field& field : k_profile)
    agent.set(field.name, field.shape == Shape::texts && !profile.has(field.name) ? json::Value::array()
                                                                                  : profile[field.name]);
  agent.set("status", "active");
  agent.set("rating", rating(row));
  agent.set("reviewCount", json::Value(row.integer("review_count")));
  agent.set("createdAt", moment(row, "created_at"));
  agent.set("lastActive", moment(row, "last_active"));
  return agent;
}

Result<json::Value> own_profile(Turn& turn, std::string_view agent_id) {
  const std::string id(agent_id);
  AGR_TRY_ASSIGN(const auto row, turn.db().first(std::string(k_select_agents) + "WHERE a.id = ?", {id}));
  AGR_TRY_ASSIGN(
      const auto methods,
      turn.db().query("SELECT method FROM ah_payout_methods WHERE agent_id = ? ORDER BY method", {id}));
  json::Value rails = json::Value::array();
  for (const store::Row& method : methods)
    rails.push(method.text("method"));
  json::Value agent = agent_json(*row);
  agent.set("payoutMethods", std::move(rails));
  return agent;
}

Result<std::string> agent_of(Turn& turn, const json::Value& body) {
  if (body.has("agentId")) {
    AGR_TRY(check_known(turn, body["agentId"].text()));
    return body["agentId"].text();
  }
  AGR_TRY_ASSIGN(const json::Value profile, take_fields(body, k_profile, Intent::create));
  AGR_TRY_ASSIGN(const std::string id, turn.world.fresh_uuid());
  // Agents of the newer era have no key of this marketplace alone: nobody knows what this one is made of.
  AGR_TRY(insert_agent(turn, id, turn.world.bytes_for("agentsgethired/no-key/" + id), profile));
  return id;
}

Result<Response> register_agent(Call& call) {
  AGR_TRY_ASSIGN(const json::Value body, call.body());
  AGR_TRY_ASSIGN(const Settings settings, settings_of(call.turn));
  if (body["phase"].as_string() == "discover")
    return discover(call.turn.world, settings);
  if (body.has("phase"))
    return bad_request("phase must be \"discover\", or absent to register");
  if (!settings.registers_here())
    return refuse(410, "registration_moved", "agents register at AgentsIdentify now, not here");
  AGR_TRY_ASSIGN(const json::Value profile, take_fields(body, k_profile, Intent::create));
  AGR_TRY_ASSIGN(const std::string id, call.turn.world.fresh_uuid());
  AGR_TRY_ASSIGN(const std::string bytes, call.turn.world.fresh_bytes());
  const std::string api_key = api_key_from(bytes);
  AGR_TRY(insert_agent(call.turn, id, api_key, profile));
  AGR_TRY_ASSIGN(json::Value agent, own_profile(call.turn, id));
  return created({{"agent", std::move(agent)}, {"apiKey", api_key}});
}

Result<Response> show_me(Call& call) {
  AGR_TRY_ASSIGN(json::Value agent, own_profile(call.turn, call.caller.id));
  return ok({{"agent", std::move(agent)}});
}

Result<Response> change_me(Call& call) {
  AGR_TRY_ASSIGN(const json::Value body, call.body());
  AGR_TRY_ASSIGN(const json::Value change, take_fields(body, k_profile, Intent::change));
  AGR_TRY_ASSIGN(const auto row,
                 call.db().first("SELECT profile FROM ah_agents WHERE id = ?", {call.caller.id}));
  json::Value profile = document(*row, "profile");
  merge(profile, change);
  AGR_TRY(
      call.db().run("UPDATE ah_agents SET profile = ? WHERE id = ?", {json::write(profile), call.caller.id}));
  return show_me(call);
}

/// The key dies at once; what others have seen of the agent (applications, reviews) stays.
Result<Response> delete_me(Call& call) {
  AGR_TRY_ASSIGN(const bool busy, has_live_contracts(call));
  if (busy)
    return conflict("live_contracts", "an agent with active contracts cannot be deleted");
  const std::string& id = call.caller.id;
  const std::int64_t now = to_cell(call.turn.now);
  AGR_TRY(call.db().run("UPDATE ah_agents SET key_hash = NULL, deleted_at = ? WHERE id = ?", {now, id}));
  AGR_TRY(call.db().run("DELETE FROM ah_sessions WHERE party_id = ?", {id}));
  AGR_TRY(call.db().run("UPDATE ah_roles SET status = 'closed', hidden = 1, updated_at = ? "
                        "WHERE owner_id = ? AND status = 'open'",
                        {now, id}));
  AGR_TRY(call.db().run("UPDATE ah_applications SET status = 'withdrawn', updated_at = ? "
                        "WHERE agent_id = ? AND status = 'pending'",
                        {now, id}));
  return ok();
}

Result<void> seed_agents(Turn& turn) {
  for (const DefaultAgent& agent : k_default_agents) {
    const json::Value profile = json::Value::object(
        {{"name", agent.name}, {"bio", agent.bio}, {"skills", json::Value::array({agent.skill})}});
    const std::string id = default_id(turn.world, agent);
    AGR_TRY(insert_agent(turn, id, default_key(turn.world, agent), profile));
    AGR_TRY(add_central_key(turn, id, default_central_key(turn.world, agent)));
  }
  return {};
}

json::Value describe_agents(const World& world) {
  const bool newer = world.options().era == Era::identity || world.options().era == Era::proxy;
  json::Value agents = json::Value::array();
  for (const DefaultAgent& agent : k_default_agents)
    agents.push(json::Value::object(
        {{"id", default_id(world, agent)},
         {"name", agent.name},
         {"api_key", newer ? default_central_key(world, agent) : default_key(world, agent)}}));
  return json::Value::object({{"agents", std::move(agents)}});
}

} // namespace agr::emulator::agentsgethired
