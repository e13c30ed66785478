// SPDX-License-Identifier: MIT
#pragma once

#include "emulator/agrenting/agents.hpp"
#include "emulator/router.hpp"
#include "emulator/world.hpp"
#include "json/value.hpp"

#include <optional>
#include <string>
#include <vector>

namespace agr::emulator::agrenting {

/// What somebody looks for; empty texts and absent numbers do not narrow it.
struct Search {
  std::string capability = {};
  std::string words = {};  ///< in name, description, DID or capabilities
  std::string status = {}; ///< "active" unless asked otherwise
  std::optional<Decimal> min_price = {};
  std::optional<Decimal> max_price = {};
  std::optional<Decimal> min_reputation = {};
  bool online_only = false;
  std::string sort_by = {}; ///< price, reputation; otherwise as registered
};

/// From a query string or, as `arguments` of list_agents, from an object. Refuses (422) numbers that are
/// none.
Result<Search> search_in(const Params& query);
Result<Search> search_in(const json::Value& arguments);

Result<std::vector<Agent>> find_agents(Turn& turn, const Search& search);

/// [{name, description, category, agent_count, avg_price}] over the active agents, by name.
Result<json::Value> capabilities_on_offer(Turn& turn);

} // namespace agr::emulator::agrenting
