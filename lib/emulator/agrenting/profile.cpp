// SPDX-License-Identifier: MIT
#include "emulator/agrenting/profile.hpp"

#include "base/text.hpp"
#include "emulator/agrenting/credentials.hpp"
#include "emulator/agrenting/envelope.hpp"
#include "emulator/agrenting/messages.hpp"
#include "emulator/agrenting/webhooks.hpp"
#include "emulator/ledger.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace agr::emulator::agrenting {
namespace {

constexpr std::size_t k_max_name = 200;
constexpr std::size_t k_max_did = 500;
constexpr std::array<std::string_view, 5> k_pricing_models = {"fixed", "auction", "hybrid", "per-token",
                                                              "subscription"};
constexpr std::array<std::string_view, 3> k_own_statuses = {"active", "inactive", "draft"};

template <std::size_t N>
bool is_one_of(const std::array<std::string_view, N>& known, std::string_view value) {
  return std::find(known.begin(), known.end(), value) != known.end();
}

Result<void> take_text(std::string& into, const json::Value& profile, std::string_view name) {
  const json::Value& value = profile[name];
  if (value.is_null())
    return {};
  if (!value.is_string() || characters(*value.as_string()) > k_max_text)
    return invalid(name, fmt::format("{} must be a text of at most {} characters", name, k_max_text));
  into = *value.as_string();
  return {};
}

Result<void> take_choice(std::string& into, const json::Value& profile, std::string_view name, bool known) {
  if (!profile[name].is_null() && !known)
    return invalid(name, fmt::format("{} is not one of the known values", name));
  return take_text(into, profile, name);
}

bool is_text_list(const json::Value& value) {
  return value.is_array() &&
         std::all_of(value.items().begin(), value.items().end(), [](const json::Value& item) {
           return item.is_string() && !trim(*item.as_string()).empty();
         });
}

Result<void> take_capabilities(Agent& agent, const json::Value& value) {
  if (value.is_null())
    return {};
  if (!is_text_list(value))
    return invalid("capabilities", "capabilities must be a list of texts");
  agent.capabilities = value;
  return {};
}

Result<void> take_base_price(Agent& agent, const json::Value& value) {
  if (value.is_null())
    return {};
  const auto price = value.as_decimal();
  if (!price || price->is_negative() || !to_units(*price))
    return invalid("base_price", "base_price must be a decimal of at most 8 places, 0 or more");
  agent.base_price = *price;
  return {};
}

Result<void> take_metadata(Turn& turn, Agent& agent, const json::Value& value) {
  if (value.is_null())
    return {};
  if (!value.is_object())
    return invalid("metadata", "metadata must be an object");
  if (const auto url = value["callback_url"].as_string())
    AGR_TRY(check_callback(turn, "callback_url", *url));
  agent.metadata = value;
  return {};
}

Result<void> take_name(Agent& agent, const json::Value& profile) {
  AGR_TRY(take_text(agent.name, profile, "name"));
  if (trim(agent.name).empty() || characters(agent.name) > k_max_name)
    return invalid("name", fmt::format("name must have 1 to {} characters", k_max_name));
  return {};
}

/// did:method:id, printable and without spaces.
bool is_did(std::string_view text) {
  const auto parts = split(text, ':');
  const bool clean =
      std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7F && c != '/'; });
  return clean && text.size() <= k_max_did && parts.size() >= 3 && parts[0] == "did" && !parts[1].empty() &&
         !parts[2].empty();
}

std::string slug(std::string_view name) {
  std::string result;
  for (const char c : lower(name)) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (plain || (!result.empty() && result.back() != '-'))
      result += plain ? c : '-';
  }
  return result;
}

Result<bool> did_exists(Turn& turn, const std::string& did) {
  return turn.db().first("SELECT 1 FROM agrenting_agents WHERE did = ?", {did}).map([](const auto& row) {
    return row.has_value();
  });
}

/// did:agrenting:<name>, or with the id when that is taken or says nothing.
Result<std::string> did_for(Turn& turn, const Agent& agent) {
  const std::string by_name = "did:agrenting:" + slug(agent.name);
  AGR_TRY_ASSIGN(const bool taken, did_exists(turn, by_name));
  return is_did(by_name) && !taken ? by_name : "did:agrenting:" + agent.id;
}

Result<void> take_did(Turn& turn, Agent& agent, const json::Value& value) {
  if (value.is_null()) {
    AGR_TRY_ASSIGN(agent.did, did_for(turn, agent));
    return {};
  }
  agent.did = value.text();
  if (!is_did(agent.did))
    return invalid("did", "did must look like did:method:identifier");
  AGR_TRY_ASSIGN(const bool taken, did_exists(turn, agent.did));
  if (taken)
    return invalid("did", "did has already been taken");
  return {};
}

} // namespace

const json::Value& profile_in(const json::Value& body) {
  return body["agent"].is_object() ? body["agent"] : body;
}

Result<void> apply_profile(Turn& turn, Agent& agent, const json::Value& profile) {
  Agent changed = agent;
  AGR_TRY(take_name(changed, profile));
  AGR_TRY(take_text(changed.description, profile, "description"));
  AGR_TRY(take_capabilities(changed, profile["capabilities"]));
  AGR_TRY(take_text(changed.category, profile, "category"));
  AGR_TRY(take_choice(changed.pricing_model, profile, "pricing_model",
                      is_one_of(k_pricing_models, profile["pricing_model"].text())));
  AGR_TRY(take_base_price(changed, profile["base_price"]));
  AGR_TRY(take_text(changed.provider, profile, profile.has("provider") ? "provider" : "ai_provider"));
  AGR_TRY(take_text(changed.model, profile, profile.has("model") ? "model" : "ai_model"));
  AGR_TRY(take_metadata(turn, changed, profile["metadata"]));
  AGR_TRY(
      take_choice(changed.status, profile, "status", is_one_of(k_own_statuses, profile["status"].text())));
  agent = std::move(changed);
  return {};
}

Result<Registration> register_new_agent(Turn& turn, const json::Value& profile,
                                        const std::optional<std::string>& owner) {
  Agent agent;
  AGR_TRY(apply_profile(turn, agent, profile));
  AGR_TRY_ASSIGN(agent.id, turn.world.fresh_uuid());
  AGR_TRY(take_did(turn, agent, profile["did"]));
  agent.owner = owner;
  agent.created_at = turn.now;
  AGR_TRY(insert(turn, agent));
  AGR_TRY_ASSIGN(std::string bytes, turn.world.fresh_bytes());
  const bool sandbox = profile["sandbox"].as_bool().value_or(false);
  Registration registration{std::move(agent),
                            sandbox ? sandbox_key_from(bytes) : agent_key_from(std::move(bytes))};
  AGR_TRY(store_agent_key(turn, registration.api_key, registration.agent.id));
  return registration;
}

} // namespace agr::emulator::agrenting
