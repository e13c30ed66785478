// SPDX-License-Identifier: MIT
#include "emulator/agentsgethired/settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>

namespace agr::emulator::agentsgethired {
namespace {

constexpr auto k_eras = std::to_array<std::string_view>({"seed", "identity", "mixed", "proxy"});
constexpr auto k_redirects = std::to_array<std::string_view>({"none", "to_www", "from_www"});
constexpr auto k_amounts = std::to_array<std::string_view>({"text", "number"});
constexpr auto k_receipts = std::to_array<std::string_view>({"structural", "reject"});
constexpr auto k_transfers = std::to_array<std::string_view>({"ok", "refuse", "fail"});
constexpr auto k_no_yes = std::to_array<std::string_view>({"false", "true"});

/// The first value is the usual one; a setting without values is a number.
struct Setting {
  std::string_view name;
  std::span<const std::string_view> values;
  std::int64_t usual = 0;
};

const std::array k_settings = {
    Setting{"era", k_eras},        Setting{"redirects", k_redirects},  Setting{"redirect_status", {}, 308},
    Setting{"amounts", k_amounts}, Setting{"receipts", k_receipts},    Setting{"transfers", k_transfers},
    Setting{"rate_limit", {}},     Setting{"early_reviews", k_no_yes},
};

std::string usual(const World& world, const Setting& setting) {
  if (setting.name == "era")
    return std::string(name_of(world.options().era));
  return setting.values.empty() ? std::to_string(setting.usual) : std::string(setting.values.front());
}

/// All of them by name, as texts.
Result<json::Value> kept(Turn& turn) {
  json::Value all = json::Value::object();
  for (const Setting& setting : k_settings)
    all.set(setting.name, usual(turn.world, setting));
  AGR_TRY_ASSIGN(const auto rows, turn.db().query("SELECT name, value FROM ah_settings"));
  for (const store::Row& row : rows)
    all.set(row.text("name"), row.text("value"));
  return all;
}

Result<std::string> checked(const Setting& setting, const json::Value& value) {
  const std::string text = value.text();
  if (setting.values.empty()) {
    const auto number = value.as_integer();
    const bool fits = setting.name == "redirect_status" ? number == 301 || number == 308
                                                        : number && *number >= 0 && *number <= 1'000'000;
    return fits ? Result<std::string>(text)
                : bad_request(fmt::format("{} cannot be {}", setting.name, json::write(value)));
  }
  if (std::find(setting.values.begin(), setting.values.end(), text) == setting.values.end())
    return bad_request(fmt::format("{} is one of {}", setting.name, fmt::join(setting.values, ", ")));
  return text;
}

Result<void> change(Turn& turn, const json::Member& member) {
  const auto known = std::find_if(k_settings.begin(), k_settings.end(),
                                  [&](const Setting& setting) { return setting.name == member.name; });
  if (known == k_settings.end())
    return bad_request(fmt::format("there is no setting \"{}\"", member.name));
  AGR_TRY_ASSIGN(const std::string value, checked(*known, member.value));
  AGR_TRY(
      turn.db().run("INSERT OR REPLACE INTO ah_settings(name, value) VALUES(?, ?)", {member.name, value}));
  return {};
}

} // namespace

bool Settings::honours(std::string_view key) const {
  if (key.starts_with("ai_"))
    return era == "identity" || era == "mixed";
  return registers_here();
}

Result<Settings> settings_of(Turn& turn) {
  AGR_TRY_ASSIGN(const json::Value all, kept(turn));
  return Settings{all["era"].text(),
                  all["redirects"].text(),
                  all["redirect_status"].as_integer().value_or(308),
                  all["amounts"].text(),
                  all["receipts"].text(),
                  all["transfers"].text(),
                  all["rate_limit"].as_integer().value_or(0),
                  all["early_reviews"].text() == "true"};
}

json::Value to_json(const Settings& settings) {
  return json::Value::object({{"era", settings.era},
                              {"redirects", settings.redirects},
                              {"redirect_status", json::Value(settings.redirect_status)},
                              {"amounts", settings.amounts},
                              {"receipts", settings.receipts},
                              {"transfers", settings.transfers},
                              {"rate_limit", json::Value(settings.rate_limit)},
                              {"early_reviews", settings.early_reviews}});
}

Result<Settings> change_settings(Turn& turn, const json::Value& members) {
  for (const json::Member& member : members.members())
    AGR_TRY(change(turn, member));
  return settings_of(turn);
}

} // namespace agr::emulator::agentsgethired
