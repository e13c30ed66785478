// SPDX-License-Identifier: MIT
#include "emulator/agrenting/settings.hpp"

#include "base/text.hpp"
#include "emulator/agrenting/envelope.hpp"
#include "emulator/refusal.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

namespace agr::emulator::agrenting {

const std::string_view k_setting_schema = R"sql(
CREATE TABLE IF NOT EXISTS agrenting_settings(name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
)sql";

namespace {

constexpr long long k_most_room = 1'000;

struct Switch {
  std::string_view name;
  bool Settings::* member;
};

constexpr std::array k_switches = {
    Switch{"rate_limits", &Settings::rate_limits},
    Switch{"agent_limits", &Settings::agent_limits},
    Switch{"newer_tools", &Settings::newer_tools},
    Switch{"relative_endpoint", &Settings::relative_endpoint},
    Switch{"errors_as_object", &Settings::errors_as_object},
    Switch{"conflict_on_key", &Settings::conflict_on_key},
    Switch{"queued_in_pending", &Settings::queued_in_pending},
    Switch{"always_in_progress", &Settings::always_in_progress},
    Switch{"head_405_is_alive", &Settings::head_405_is_alive},
    Switch{"payments_fail", &Settings::payments_fail},
    Switch{"public_callbacks", &Settings::public_callbacks},
};

constexpr std::array<std::pair<std::string_view, ProbePolicy>, 3> k_policies = {
    {{"strict", ProbePolicy::strict}, {"lenient", ProbePolicy::lenient}, {"off", ProbePolicy::off}}};

std::string_view name_of(ProbePolicy policy) {
  for (const auto& [name, value] : k_policies)
    if (value == policy)
      return name;
  return "";
}

std::optional<ProbePolicy> policy_named(std::string_view wanted) {
  for (const auto& [name, value] : k_policies)
    if (name == wanted)
      return value;
  return std::nullopt;
}

void apply(Settings& settings, std::string_view name, const json::Value& value) {
  if (name == "probe")
    settings.probe = policy_named(value.text()).value_or(settings.probe);
  if (name == "capacity")
    settings.capacity = value.as_integer().value_or(settings.capacity);
  for (const Switch& one : k_switches)
    if (one.name == name)
      settings.*one.member = value.as_bool().value_or(settings.*one.member);
}

Result<void> check_capacity(Turn& turn, const json::Value& value) {
  const auto wanted = value.is_number() ? value.as_integer() : std::nullopt;
  if (!wanted || *wanted < 1 || *wanted > k_most_room)
    return invalid("capacity", fmt::format("capacity is a whole number from 1 to {}", k_most_room));
  AGR_TRY_ASSIGN(const auto busiest,
                 turn.db().first("SELECT COUNT(*) AS open FROM agrenting_hirings WHERE status IN "
                                 "('pending_payment', 'paid', 'queued', 'in_progress') GROUP BY agent "
                                 "ORDER BY open DESC LIMIT 1"));
  if (busiest && busiest->integer("open") > *wanted)
    return refuse(409, "INVALID_STATE",
                  fmt::format("An agent has {} hirings open: end them first", busiest->integer("open")));
  return {};
}

Result<void> check(Turn& turn, std::string_view name, const json::Value& value) {
  if (name == "capacity")
    return check_capacity(turn, value);
  if (name == "probe")
    return policy_named(value.text()) ? Result<void>{} : invalid(name, "probe is strict, lenient or off");
  const bool known =
      std::any_of(k_switches.begin(), k_switches.end(), [&](const Switch& one) { return one.name == name; });
  if (!known)
    return invalid(printable(name), fmt::format("There is no setting {}", printable(name)));
  return value.is_bool() ? Result<void>{} : invalid(name, fmt::format("{} is true or false", name));
}

} // namespace

Result<Settings> settings_of(Turn& turn) {
  Settings settings;
  settings.probe = turn.world.options().probe;
  settings.rate_limits = turn.world.options().rate_limits;
  AGR_TRY_ASSIGN(const auto rows, turn.db().query("SELECT name, value FROM agrenting_settings"));
  for (const store::Row& row : rows)
    apply(settings, row.text("name"), json::parse(row.text("value")).value_or(json::Value()));
  return settings;
}

json::Value to_json(const Settings& settings) {
  json::Value shown =
      json::Value::object({{"probe", name_of(settings.probe)}, {"capacity", settings.capacity}});
  for (const Switch& one : k_switches)
    shown.set(one.name, settings.*one.member);
  return shown;
}

Result<Settings> change_settings(Turn& turn, const json::Value& members) {
  for (const json::Member& member : members.members())
    AGR_TRY(check(turn, member.name, member.value));
  for (const json::Member& member : members.members())
    AGR_TRY(turn.db().run("INSERT OR REPLACE INTO agrenting_settings(name, value) VALUES(?, ?)",
                          {member.name, json::write(member.value)}));
  return settings_of(turn);
}

} // namespace agr::emulator::agrenting
