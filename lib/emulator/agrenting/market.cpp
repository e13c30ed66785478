// SPDX-License-Identifier: MIT
#include "emulator/agrenting/market.hpp"

#include "emulator/agrenting/envelope.hpp"
#include "emulator/ledger.hpp"

#include <fmt/format.h>

#include <functional>
#include <limits>

namespace agr::emulator::agrenting {
namespace {

using Lookup = std::function<std::string(std::string_view)>;

/// In the ledger's units.
Result<std::optional<std::int64_t>> number(const Lookup& get, std::string_view name) {
  const std::string text = get(name);
  if (text.empty())
    return std::nullopt;
  const auto value = Decimal::parse(text);
  const auto units = value ? to_units(*value) : fail({});
  if (!units)
    return invalid(name, fmt::format("{} must be a decimal of at most 8 places", name));
  return *units;
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

// One statement per order, whatever is looked for: what does not narrow the search is always true.
constexpr std::string_view k_condition =
    "WHERE a.status = ?1 "
    "AND (?2 = '' OR EXISTS(SELECT 1 FROM json_each(a.capabilities) WHERE lower(value) = lower(?2))) "
    "AND (?3 = '' OR instr(lower(a.name || char(10) || a.description || char(10) || a.did || char(10) || "
    "                            a.category || char(10) || a.capabilities), lower(?3)) > 0) "
    "AND a.base_price BETWEEN ?4 AND ?5 AND a.reputation * 1000000 >= ?6 "
    "AND COALESCE(a.last_seen_at, -1) > ?7 ";

std::string_view order_of(const Search& search) {
  if (search.sort_by == "price")
    return "ORDER BY a.base_price, a.did ";
  return search.sort_by == "reputation" ? "ORDER BY a.reputation DESC, a.did " : "ORDER BY a.rowid ";
}

} // namespace

Result<Search> search_in(const Params& query) {
  return search_by([&](std::string_view name) { return query.get(name); });
}

Result<Search> search_in(const json::Value& arguments) {
  return search_by([&](std::string_view name) { return arguments[name].text(); });
}

Result<Found> find_agents(Turn& turn, const Search& search, std::size_t offset, std::size_t limit) {
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  const std::int64_t seen_after = search.online_only ? to_cell(turn.now - k_presence) : -2;
  const auto select = [&](std::string_view order, std::int64_t at_most, std::int64_t from) {
    return agents_where(turn, fmt::format("{}{}LIMIT ?8 OFFSET ?9", k_condition, order),
                        {search.status, search.capability, search.words, search.min_price.value_or(0),
                         search.max_price.value_or(most), search.min_reputation.value_or(0), seen_after,
                         at_most, from});
  };
  AGR_TRY_ASSIGN(auto agents, select(order_of(search), static_cast<std::int64_t>(limit),
                                     static_cast<std::int64_t>(offset)));
  AGR_TRY_ASSIGN(
      const auto row,
      turn.db().first(fmt::format("SELECT COUNT(*) AS total FROM agrenting_agents a {}", k_condition),
                      {search.status, search.capability, search.words, search.min_price.value_or(0),
                       search.max_price.value_or(most), search.min_reputation.value_or(0), seen_after}));
  return Found{std::move(agents), row ? static_cast<std::size_t>(row->integer("total")) : 0};
}

// Beside MAX, a bare column is of the row that has the maximum: the agent that registered last.
Result<json::Value> capabilities_on_offer(Turn& turn) {
  AGR_TRY_ASSIGN(const auto rows,
                 turn.db().query("SELECT c.value AS name, a.category, COUNT(*) AS agents, "
                                 "SUM(a.base_price / 1000000) AS cents, MAX(a.rowid) "
                                 "FROM agrenting_agents a, json_each(a.capabilities) c "
                                 "WHERE a.status = 'active' GROUP BY c.value ORDER BY c.value"));
  json::Value list = json::Value::array();
  for (const store::Row& row : rows)
    list.push(json::Value::object(
        {{"name", row.text("name")},
         {"description", ""},
         {"category", row.text("category")},
         {"agent_count", row.integer("agents")},
         {"avg_price", Decimal::from_cents(row.integer("cents") / row.integer("agents"))}}));
  return list;
}

} // namespace agr::emulator::agrenting
