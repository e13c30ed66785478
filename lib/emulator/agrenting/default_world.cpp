// SPDX-License-Identifier: MIT
#include "emulator/agrenting/default_world.hpp"

#include "emulator/agrenting/agents.hpp"
#include "emulator/agrenting/credentials.hpp"
#include "emulator/agrenting/users.hpp"

#include <array>

namespace agr::emulator::agrenting {
namespace {

constexpr long long k_deposit_in_cents = 1'000'00;
constexpr long long k_cap_in_cents = 10'00;

struct AgentPlan {
  std::string_view label;
  std::string_view did;
  std::string_view name;
  std::string_view description;
  std::string_view capability;
  std::string_view category;
  long long base_price_in_cents;
};

constexpr std::array k_agents = {
    AgentPlan{"alice", "did:example:alice", "Alice", "Summarizes texts.", "summarizing", "writing", 2'00},
    AgentPlan{"coder", "did:example:coder", "Coder", "Writes code.", "coding", "coding", 5'00},
};

std::string user_id(const World& world, std::string_view name) {
  return world.uuid_for("agrenting/user/" + std::string(name));
}

std::string token(const World& world, std::string_view name) {
  return user_token_from(world.bytes_for("agrenting/token/" + std::string(name)));
}

std::string key_of(const World& world, const AgentPlan& plan) {
  return agent_key_from(world.bytes_for("agrenting/key/" + std::string(plan.label)));
}

Agent agent_from(const World& world, const AgentPlan& plan) {
  Agent agent{world.uuid_for("agrenting/agent/" + std::string(plan.label)), std::string(plan.did),
              std::string(plan.name), std::string(plan.description)};
  agent.capabilities = json::Value::array({plan.capability});
  agent.category = plan.category;
  agent.base_price = Decimal::from_cents(plan.base_price_in_cents);
  agent.owner = user_id(world, "provider");
  return agent;
}

std::string sandbox_token(const World& world) {
  return sandbox_key_from(world.bytes_for("agrenting/token/sandbox"));
}

Result<void> seed_hirer(Turn& turn) {
  const std::string hirer = user_id(turn.world, "hirer");
  AGR_TRY(add_user(turn, hirer, "Default hirer"));
  AGR_TRY(
      post(turn, "deposit", hirer, {{outside(), available(hirer), Decimal::from_cents(k_deposit_in_cents)}}));
  AGR_TRY(store_user_token(turn, token(turn.world, "user"), hirer, {"everything"}));
  AGR_TRY(
      store_user_token(turn, token(turn.world, "read_only"), hirer,
                       {"read only", {"agents:discover", "agents:read", "hirings:read", "balance:read"}}));
  AGR_TRY(store_user_token(turn, sandbox_token(turn.world), hirer, {"sandbox"}));
  return store_user_token(turn, token(turn.world, "capped"), hirer,
                          {"capped", {"*"}, Decimal::from_cents(k_cap_in_cents)});
}

Result<void> seed_agents(Turn& turn) {
  AGR_TRY(add_user(turn, user_id(turn.world, "provider"), "Default provider"));
  for (const AgentPlan& plan : k_agents) {
    const Agent agent = agent_from(turn.world, plan);
    AGR_TRY(insert(turn, agent));
    AGR_TRY(store_agent_key(turn, key_of(turn.world, plan), agent.id));
  }
  return {};
}

} // namespace

Result<void> seed_default_world(Turn& turn) {
  AGR_TRY(seed_hirer(turn));
  return seed_agents(turn);
}

json::Value describe_default_world(const World& world) {
  json::Value agents = json::Value::array();
  for (const AgentPlan& plan : k_agents) {
    const Agent agent = agent_from(world, plan);
    agents.push(json::Value::object({{"id", agent.id},
                                     {"did", agent.did},
                                     {"name", agent.name},
                                     {"api_key", key_of(world, plan)},
                                     {"capabilities", agent.capabilities},
                                     {"base_price", agent.base_price}}));
  }
  return json::Value::object({{"user_token", token(world, "user")},
                              {"read_only_token", token(world, "read_only")},
                              {"capped_token", token(world, "capped")},
                              {"sandbox_token", sandbox_token(world)},
                              {"agents", std::move(agents)}});
}

} // namespace agr::emulator::agrenting
