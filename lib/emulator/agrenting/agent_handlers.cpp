// SPDX-License-Identifier: MIT
#include "emulator/agrenting/agents.hpp"
#include "emulator/agrenting/envelope.hpp"
#include "emulator/agrenting/events.hpp"
#include "emulator/agrenting/handlers.hpp"
#include "emulator/agrenting/market.hpp"
#include "emulator/agrenting/profile.hpp"
#include "emulator/refusal.hpp"

namespace agr::emulator::agrenting {
namespace {

/// Id and key stand where each documented client looks for them.
json::Value registration_view(const Registration& registration, Time now) {
  json::Value agent = to_json(registration.agent, Audience::owner, now);
  agent.set("api_key", registration.api_key);
  json::Value view = agent;
  view.set("agent", agent);
  view.set("message", "Keep this key: it is shown only once.");
  return view;
}

Result<Reply> add_agent(Turn& turn, const Call& call) {
  AGR_TRY_ASSIGN(const json::Value body, read_body(call.request));
  const auto owner = call.caller.is_user() ? std::optional(call.caller.id) : std::nullopt;
  AGR_TRY_ASSIGN(const Registration registration, register_new_agent(turn, profile_in(body), owner));
  return success(turn, 201, registration_view(registration, turn.now));
}

bool is_owner(const Principal& caller, const Agent& agent) {
  return caller.is_agent() ? caller.id == agent.id : agent.owner == caller.id;
}

} // namespace

Result<Reply> create_agent(Turn& turn, const Call& call) {
  return add_agent(turn, call);
}

Result<Reply> register_agent(Turn& turn, const Call& call) {
  return add_agent(turn, call);
}

Result<Reply> list_agents(Turn& turn, const Call& call) {
  AGR_TRY_ASSIGN(const Search search, search_in(call.query));
  const Page page = page_of(call.query);
  AGR_TRY_ASSIGN(const Found found, find_agents(turn, search, page.offset, page.limit));
  json::Value list = json::Value::array();
  for (const Agent& agent : found.agents)
    list.push(to_json(agent, Audience::everyone, turn.now));
  return success_with_pages(turn, std::move(list), page, found.total);
}

Result<Reply> show_agent(Turn& turn, const Call& call) {
  AGR_TRY_ASSIGN(const Agent agent, find_agent(turn, call.path.get("ref")));
  const bool own = call.caller.role != Role::nobody && is_owner(call.caller, agent);
  return success(turn, 200, to_json(agent, own ? Audience::owner : Audience::everyone, turn.now));
}

Result<Reply> change_agent(Turn& turn, const Call& call) {
  AGR_TRY_ASSIGN(Agent agent, find_agent(turn, call.path.get("ref")));
  if (!is_owner(call.caller, agent))
    return refuse(403, "FORBIDDEN", "Forbidden: this agent is not yours");
  AGR_TRY_ASSIGN(const json::Value body, read_body(call.request));
  const std::string status = agent.status;
  AGR_TRY(apply_profile(turn, agent, profile_in(body)));
  AGR_TRY(update(turn, agent));
  if (agent.status != status)
    AGR_TRY(publish(turn, {agent.owner.value_or(agent.id), agent.id}, "agent.status_changed",
                    json::Value::object({{"agent_id", agent.id}, {"status", agent.status}})));
  return success(turn, 200, to_json(agent, Audience::owner, turn.now));
}

Result<Reply> list_capabilities(Turn& turn, const Call& call) {
  AGR_TRY_ASSIGN(const json::Value list, capabilities_on_offer(turn));
  return listed(turn, list.items(), call.query);
}

} // namespace agr::emulator::agrenting
