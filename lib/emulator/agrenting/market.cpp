// SPDX-License-Identifier: MIT
#include "emulator/agrenting/market.hpp"

#include "base/text.hpp"
#include "emulator/agrenting/envelope.hpp"
#include "emulator/ledger.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>

namespace agr::emulator::agrenting {
namespace {

using Lookup = std::function<std::string(std::string_view)>;

Result<std::optional<Decimal>> number(const Lookup& get, std::string_view name) {
  const std::string text = get(name);
  if (text.empty())
    return std::nullopt;
  const auto value = Decimal::parse(text);
  if (!value)
    return invalid(name, fmt::format("{} must be a decimal", name));
  return *value;
}

Result<Search> search_by(const Lookup& get) {
  Search search;
  search.capability = get("capability");
  search.words = get("query");
  search.status = get("status").empty() ? "active" : get("status");
  AGR_TRY_ASSIGN(search.min_price, number(get, "min_price"));
  AGR_TRY_ASSIGN(search.max_price, number(get, "max_price"));
  AGR_TRY_ASSIGN(search.min_reputation, number(get, "min_reputation"));
  search.online_only = get("online_only") == "true";
  search.sort_by = get("sort_by");
  return search;
}

bool contains(std::string_view text, std::string_view words) {
  return lower(text).find(lower(words)) != std::string::npos;
}

bool has_capability(const Agent& agent, std::string_view wanted) {
  const auto& own = agent.capabilities.items();
  return std::any_of(own.begin(), own.end(),
                     [&](const json::Value& one) { return iequals(one.text(), wanted); });
}

bool mentions(const Agent& agent, std::string_view words) {
  return contains(agent.name, words) || contains(agent.description, words) || contains(agent.did, words) ||
         contains(agent.category, words) || contains(json::write(agent.capabilities), words);
}

bool fits(const Agent& agent, const Search& search, Time now) {
  return (search.capability.empty() || has_capability(agent, search.capability)) &&
         (search.words.empty() || mentions(agent, search.words)) && agent.status == search.status &&
         (!search.min_price || agent.base_price >= *search.min_price) &&
         (!search.max_price || agent.base_price <= *search.max_price) &&
         (!search.min_reputation || Decimal::from_cents(agent.reputation) >= *search.min_reputation) &&
         (!search.online_only || is_online(agent, now));
}

bool is_cheaper(const Agent& a, const Agent& b) {
  return a.base_price == b.base_price ? a.did < b.did : a.base_price < b.base_price;
}

bool is_better(const Agent& a, const Agent& b) {
  return a.reputation == b.reputation ? a.did < b.did : a.reputation > b.reputation;
}

struct Offer {
  std::string category;
  std::int64_t agents = 0;
  std::int64_t cents = 0;
};

std::int64_t in_cents(Decimal amount) {
  return to_units(amount).value_or(0) / 1'000'000;
}

} // namespace

Result<Search> search_in(const Params& query) {
  return search_by([&](std::string_view name) { return query.get(name); });
}

Result<Search> search_in(const json::Value& arguments) {
  return search_by([&](std::string_view name) { return arguments[name].text(); });
}

Result<std::vector<Agent>> find_agents(Turn& turn, const Search& search) {
  AGR_TRY_ASSIGN(auto agents, all_agents(turn));
  std::erase_if(agents, [&](const Agent& agent) { return !fits(agent, search, turn.now); });
  if (search.sort_by == "price")
    std::sort(agents.begin(), agents.end(), is_cheaper);
  if (search.sort_by == "reputation")
    std::sort(agents.begin(), agents.end(), is_better);
  return agents;
}

Result<json::Value> capabilities_on_offer(Turn& turn) {
  AGR_TRY_ASSIGN(const auto agents, find_agents(turn, {.status = "active"}));
  std::map<std::string, Offer> offers;
  for (const Agent& agent : agents)
    for (const json::Value& capability : agent.capabilities.items()) {
      Offer& offer = offers[capability.text()];
      offer.category = agent.category;
      ++offer.agents;
      offer.cents += in_cents(agent.base_price);
    }
  json::Value list = json::Value::array();
  for (const auto& [name, offer] : offers)
    list.push(json::Value::object({{"name", name},
                                   {"description", ""},
                                   {"category", offer.category},
                                   {"agent_count", offer.agents},
                                   {"avg_price", Decimal::from_cents(offer.cents / offer.agents)}}));
  return list;
}

} // namespace agr::emulator::agrenting
