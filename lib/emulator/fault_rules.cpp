// SPDX-License-Identifier: MIT
#include "emulator/fault_rules.hpp"

#include "base/text.hpp"
#include "emulator/ledger.hpp"
#include "emulator/refusal.hpp"
#include "emulator/router.hpp"

#include <fmt/format.h>

namespace agr::emulator {

// chance: in steps of 10^-8. times NULL: without end.
const std::string_view k_fault_schema = R"sql(
CREATE TABLE IF NOT EXISTS fault_rules(
  id INTEGER PRIMARY KEY, method TEXT NOT NULL, path TEXT NOT NULL, who TEXT NOT NULL,
  containing TEXT NOT NULL, skip INTEGER NOT NULL, times INTEGER, chance INTEGER, retry_after INTEGER,
  fault TEXT NOT NULL, seen INTEGER NOT NULL DEFAULT 0, fired INTEGER NOT NULL DEFAULT 0);
)sql";

namespace {

constexpr std::int64_t k_certain = 100'000'000;
constexpr long long k_longest_count = 1'000'000'000;

tl::unexpected<Error> bad_rule(std::string message) {
  return refuse(400, "bad_request", std::move(message));
}

// Writing rules down

Result<std::string> text_of(const json::Value& rule, std::string_view name) {
  const json::Value& value = rule[name];
  if (!value.is_null() && !value.is_string())
    return bad_rule(fmt::format("{} must be a text", name));
  return value.text();
}

/// NULL when the member is absent.
Result<store::Cell> count_of(const json::Value& rule, std::string_view name) {
  if (rule[name].is_null())
    return store::Cell(nullptr);
  const auto count = rule[name].as_integer();
  if (!count || *count < 0 || *count > k_longest_count)
    return bad_rule(fmt::format("{} must be a whole number, 0 or more", name));
  return store::Cell(std::int64_t{*count});
}

Result<store::Cell> chance_of(const json::Value& rule) {
  const json::Value& value = rule["chance"];
  if (value.is_null())
    return store::Cell(nullptr);
  const auto chance = value.as_decimal();
  const auto steps = chance ? to_units(*chance) : Result<std::int64_t>(k_certain + 1);
  if (!steps || *steps < 0 || *steps > k_certain)
    return bad_rule("chance must be a number from 0 to 1, with at most 8 decimals");
  return store::Cell(*steps);
}

/// A rule is for one time, unless it is a matter of chance or says otherwise; 0 stands for without end.
store::Cell times_of(const store::Cell& given, bool by_chance) {
  if (const auto* times = std::get_if<std::int64_t>(&given))
    return *times == 0 ? store::Cell(nullptr) : given;
  return by_chance ? store::Cell(nullptr) : store::Cell(std::int64_t{1});
}

json::Value count_json(const store::Row& row, std::string_view column) {
  return row.is_null(column) ? json::Value() : json::Value(row.integer(column));
}

json::Value rule_json(const store::Row& row) {
  const json::Value chance =
      row.is_null("chance") ? json::Value() : json::Value(from_units(row.integer("chance")));
  return json::Value::object({{"id", row.integer("id")},
                              {"method", row.text("method")},
                              {"path", row.text("path")},
                              {"fault", row.text("fault")},
                              {"principal", row.text("who")},
                              {"containing", row.text("containing")},
                              {"after", row.integer("skip")},
                              {"times", count_json(row, "times")},
                              {"chance", chance},
                              {"retry_after", count_json(row, "retry_after")},
                              {"seen", row.integer("seen")},
                              {"fired", row.integer("fired")}});
}

// Comparing

bool fits_path(std::string_view pattern, std::string_view path) {
  if (pattern.ends_with('*'))
    return path.starts_with(pattern.substr(0, pattern.size() - 1));
  return match_path(pattern, path).has_value();
}

bool fits_who(std::string_view wanted, const std::optional<Who>& who) {
  return wanted.empty() || (who && (wanted == who->kind || wanted == who->id));
}

bool fits(const store::Row& rule, const Subject& subject) {
  const std::string method = rule.text("method");
  return (method.empty() || method == subject.method) && fits_path(rule.text("path"), subject.path) &&
         fits_who(rule.text("who"), subject.who) &&
         subject.text.find(rule.text("containing")) != std::string_view::npos;
}

/// Draws from the seed, the rule and the count, and from no counter of the world: the ids that follow are
/// the same with and without a rule.
bool is_drawn(const World& world, const store::Row& rule) {
  const std::string bytes =
      world.bytes_for(fmt::format("fault/{}/{}", rule.integer("id"), rule.integer("seen")));
  std::uint64_t number = 0;
  for (const char byte : bytes.substr(0, 8))
    number = (number << 8U) | static_cast<unsigned char>(byte);
  return static_cast<std::int64_t>(number % k_certain) < rule.integer("chance");
}

bool is_due(const World& world, const store::Row& rule) {
  return rule.integer("seen") >= rule.integer("skip") &&
         (rule.is_null("times") || rule.integer("fired") < rule.integer("times")) &&
         (rule.is_null("chance") || is_drawn(world, rule));
}

Result<void> count(Turn& turn, const store::Row& rule, bool fires) {
  AGR_TRY(turn.db().run("UPDATE fault_rules SET seen = seen + 1, fired = fired + ? WHERE id = ?",
                        {std::int64_t{fires ? 1 : 0}, rule.integer("id")}));
  return {};
}

Result<Fault> fault_of(const store::Row& rule) {
  AGR_TRY_ASSIGN(Fault fault, parse_fault(rule.text("fault")));
  if (!rule.is_null("retry_after"))
    fault.retry_after = std::chrono::seconds(rule.integer("retry_after"));
  return fault;
}

} // namespace

Result<json::Value> add_rule(Turn& turn, const json::Value& rule) {
  AGR_TRY_ASSIGN(const std::string method, text_of(rule, "method"));
  AGR_TRY_ASSIGN(const std::string path, text_of(rule, "path"));
  AGR_TRY_ASSIGN(const std::string who, text_of(rule, "principal"));
  AGR_TRY_ASSIGN(const std::string containing, text_of(rule, "containing"));
  AGR_TRY_ASSIGN(const std::string word, text_of(rule, "fault"));
  if (const auto fault = parse_fault(word); !fault)
    return bad_rule(fault.error().message);
  if (!path.empty() && !path.starts_with('/') && path != "*")
    return bad_rule("path must begin with \"/\", or be \"*\"");
  AGR_TRY_ASSIGN(const store::Cell skip, count_of(rule, "after"));
  AGR_TRY_ASSIGN(const store::Cell times, count_of(rule, "times"));
  AGR_TRY_ASSIGN(const store::Cell retry_after, count_of(rule, "retry_after"));
  AGR_TRY_ASSIGN(const store::Cell chance, chance_of(rule));
  const bool by_chance = std::holds_alternative<std::int64_t>(chance);
  AGR_TRY_ASSIGN(
      const auto row,
      turn.db().first("INSERT INTO fault_rules(method, path, who, containing, skip, times, chance, "
                      "retry_after, fault) VALUES(?, ?, ?, ?, IFNULL(?, 0), ?, ?, ?, ?) RETURNING *",
                      {method == "*" ? "" : method, path.empty() ? "*" : path, who, containing, skip,
                       times_of(times, by_chance), chance, retry_after, word}));
  return rule_json(*row);
}

Result<json::Value> list_rules(World& world) {
  AGR_TRY_ASSIGN(const auto rows, world.db().query("SELECT * FROM fault_rules ORDER BY id"));
  json::Value rules = json::Value::array();
  for (const store::Row& row : rows)
    rules.push(rule_json(row));
  return rules;
}

Result<void> clear_rules(Turn& turn, std::optional<std::int64_t> id) {
  if (!id)
    return turn.db().run("DELETE FROM fault_rules").map([](int) {});
  AGR_TRY_ASSIGN(const int gone, turn.db().run("DELETE FROM fault_rules WHERE id = ?", {*id}));
  return gone == 0 ? refuse(404, "not_found", fmt::format("there is no fault rule {}", *id)) : Result<void>{};
}

Result<std::optional<Fault>> take_fault(Turn& turn, const Subject& subject, Scope scope) {
  AGR_TRY_ASSIGN(const auto rules, turn.db().query("SELECT * FROM fault_rules ORDER BY id"));
  std::optional<Fault> taken;
  for (const store::Row& rule : rules) {
    AGR_TRY_ASSIGN(Fault fault, fault_of(rule));
    if (fault.is_about_events() != (scope == Scope::events) || !fits(rule, subject))
      continue;
    const bool fires = !taken && is_due(turn.world, rule);
    AGR_TRY(count(turn, rule, fires));
    if (fires)
      taken = std::move(fault);
  }
  return taken;
}

} // namespace agr::emulator
