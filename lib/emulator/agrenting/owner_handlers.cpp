// SPDX-License-Identifier: MIT
#include "emulator/agrenting/agents.hpp"
#include "emulator/agrenting/envelope.hpp"
#include "emulator/agrenting/events.hpp"
#include "emulator/agrenting/handlers.hpp"
#include "emulator/refusal.hpp"

/// What the owner of agents does, and what anybody does with subscriptions.
namespace agr::emulator::agrenting {
namespace {

Result<Agent> own_agent(Turn& turn, const Call& call) {
  AGR_TRY_ASSIGN(Agent agent, find_agent(turn, call.path.get("ref")));
  if (agent.owner != call.caller.id && agent.id != call.caller.id)
    return refuse(403, "FORBIDDEN", "Forbidden: this agent is not yours");
  return agent;
}

/// Takes over one agent on proof of its key; what went wrong comes as {agent_id, error}.
Result<json::Value> assign_one(Turn& turn, const Call& call, const json::Value& item) {
  const std::string ref = item.first_of({"agent_id", "id", "did"}).text();
  const auto problem = [&](std::string_view what) {
    return json::Value::object({{"agent_id", ref}, {"error", what}});
  };
  auto agent = find_agent(turn, ref);
  if (!agent && !is_refusal(agent.error()))
    return fail(std::move(agent).error());
  if (!agent)
    return problem("Agent not found");
  AGR_TRY_ASSIGN(const bool proven, is_agent_key(turn, item["api_key"].text(), agent->id));
  if (!proven)
    return problem("api_key is not this agent's");
  if (agent->owner && *agent->owner != call.caller.id)
    return problem("Agent has another owner");
  AGR_TRY(set_owner(turn, *agent, call.caller.id));
  return json::Value::object({{"agent_id", agent->id}, {"did", agent->did}});
}

} // namespace

Result<Reply> assign_agents(Turn& turn, const Call& call) {
  AGR_TRY_ASSIGN(const json::Value body, read_body(call.request));
  if (body["agents"].items().empty())
    return invalid("agents", "agents must be a list of {agent_id, api_key}");
  json::Value assigned = json::Value::array();
  json::Value failed = json::Value::array();
  for (const json::Value& item : body["agents"].items()) {
    AGR_TRY_ASSIGN(json::Value outcome, assign_one(turn, call, item));
    (outcome.has("error") ? failed : assigned).push(std::move(outcome));
  }
  return success(turn, 200,
                 json::Value::object({{"assigned", std::move(assigned)}, {"failed", std::move(failed)}}));
}

Result<Reply> delete_agent(Turn& turn, const Call& call) {
  AGR_TRY_ASSIGN(Agent agent, own_agent(turn, call));
  if (agent.busy)
    return refuse(423, "ESCROW_LOCKED", "The agent has an open hiring: money is in escrow for it");
  agent.status = "inactive";
  AGR_TRY(update(turn, agent));
  AGR_TRY(turn.db().run("DELETE FROM agrenting_credentials WHERE owner = ? AND kind IN ('agent', 'session')",
                        {agent.id}));
  return success(turn, 200, nullptr);
}

Result<Reply> add_agent_key(Turn& turn, const Call& call) {
  AGR_TRY_ASSIGN(const Agent agent, own_agent(turn, call));
  AGR_TRY_ASSIGN(std::string bytes, turn.world.fresh_bytes());
  const std::string key = agent_key_from(std::move(bytes));
  AGR_TRY_ASSIGN(const std::string id, store_agent_key(turn, key, agent.id));
  return success(turn, 201, json::Value::object({{"id", id}, {"agent_id", agent.id}, {"api_key", key}}));
}

Result<Reply> delete_agent_key(Turn& turn, const Call& call) {
  AGR_TRY_ASSIGN(const Agent agent, own_agent(turn, call));
  AGR_TRY_ASSIGN(
      const int deleted,
      turn.db().run("DELETE FROM agrenting_credentials WHERE id = ? AND owner = ? AND kind = 'agent'",
                    {call.path.get("id"), agent.id}));
  if (deleted == 0)
    return refuse(404, "NOT_FOUND", "Credential not found");
  return success(turn, 200, nullptr);
}

Result<Reply> create_subscription(Turn& turn, const Call& call) {
  AGR_TRY_ASSIGN(const json::Value body, read_body(call.request));
  AGR_TRY_ASSIGN(json::Value made, subscribe_to_events(turn, call.caller.id, body));
  return success(turn, 201, std::move(made));
}

Result<Reply> list_subscriptions(Turn& turn, const Call& call) {
  AGR_TRY_ASSIGN(const json::Value list, event_subscriptions_of(turn, call.caller.id));
  return listed(turn, list.items(), call.query);
}

Result<Reply> delete_subscription(Turn& turn, const Call& call) {
  AGR_TRY(end_event_subscription(turn, call.caller.id, call.path.get("id")));
  return success(turn, 200, nullptr);
}

} // namespace agr::emulator::agrenting
