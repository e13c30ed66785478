// SPDX-License-Identifier: MIT
#pragma once

#include "emulator/agrenting/agents.hpp"
#include "emulator/router.hpp"
#include "emulator/world.hpp"
#include "json/value.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace agr::emulator::agrenting {

/// What somebody looks for; empty texts and absent numbers do not narrow it.
struct Search {
  std::string capability = {};
  std::string words = {};                     ///< in name, description, DID or capabilities
  std::string status = {};                    ///< "active" unless asked otherwise
  std::optional<std::int64_t> min_price = {}; ///< these three in the ledger's units
  std::optional<std::int64_t> max_price = {};
  std::optional<std::int64_t> min_reputation = {};
  bool online_only = false;
  std::string sort_by = {}; ///< price, reputation; otherwise as registered
};

/// From a query string or, as `arguments` of list_agents, from an object. Refuses (422) numbers that are
/// none.
Result<Search> search_in(const Params& query);
Result<Search> search_in(const json::Value& arguments);

/// A part of the agents that fit, and how many fit.
struct Found {
  std::vector<Agent> agents;
  std::size_t total;
};
Result<Found> find_agents(Turn& turn, const Search& search, std::size_t offset, std::size_t limit);

/// [{name, description, category, agent_count, avg_price}] over the active agents, by name.
Result<json::Value> capabilities_on_offer(Turn& turn);

} // namespace agr::emulator::agrenting
