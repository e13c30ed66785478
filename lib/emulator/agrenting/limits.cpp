// SPDX-License-Identifier: MIT
#include "emulator/agrenting/limits.hpp"

#include "emulator/agrenting/agents.hpp"
#include "emulator/refusal.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace agr::emulator::agrenting {

const std::string_view k_limit_schema = R"sql(
CREATE TABLE IF NOT EXISTS agrenting_windows(
  user TEXT PRIMARY KEY, begins_at INTEGER NOT NULL, used INTEGER NOT NULL) WITHOUT ROWID;
)sql";

namespace {

constexpr std::int64_t k_good_reputation = 450; // hundredths of a star
constexpr std::int64_t k_bad_reputation = 300;

/// A limit as documented, for callers of middling reputation.
struct Rule {
  std::string_view name;
  std::int64_t limit;
  Millis window;
  Millis lock; ///< from the window's beginning, once the limit is reached
};

Rule rule_for(Rate rate) {
  using namespace std::chrono_literals;
  switch (rate) {
  case Rate::money:
    return {"money/", 20, 1min, 1min};
  case Rate::withdrawal:
    return {"withdrawal/", 10, 1h, 1h};
  case Rate::login:
    return {"login/", 10, 1min, 5min};
  case Rate::general:
    break;
  }
  return {"", 100, 1min, 1min};
}

/// Agents have twice or half the share by their reputation; users have it as it is.
Result<std::int64_t> limit_for(Turn& turn, const Principal& caller, Rate rate) {
  const std::int64_t limit = rule_for(rate).limit;
  if (caller.is_sandbox)
    return 2 * limit;
  if (caller.is_user() || rate == Rate::login)
    return limit;
  AGR_TRY_ASSIGN(const auto agent, agent_by_id(turn, caller.id));
  const std::int64_t reputation = agent ? agent->reputation : k_bad_reputation;
  return reputation >= k_good_reputation ? 2 * limit : reputation < k_bad_reputation ? limit / 2 : limit;
}

struct Window {
  std::string key;
  Time begins_at;
  std::int64_t used;
  Time ends_at;
};

Result<Window> current_window(Turn& turn, const Principal& caller, Rate rate, std::int64_t limit) {
  const Rule rule = rule_for(rate);
  const std::string key = std::string(rule.name) + caller.id;
  AGR_TRY_ASSIGN(const auto row, turn.db().first("SELECT * FROM agrenting_windows WHERE user = ?", {key}));
  const Time begins_at = row ? time_from_cell(row->integer("begins_at")) : Time();
  const std::int64_t used = row ? row->integer("used") : 0;
  const Time ends_at = begins_at + (used >= limit ? rule.lock : rule.window);
  const bool over = !row || turn.now >= ends_at || turn.now < begins_at;
  return over ? Window{key, turn.now, 0, turn.now + rule.window} : Window{key, begins_at, used, ends_at};
}

tl::unexpected<Error> too_many(Millis wait) {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(wait);
  auto refusal = refuse(429, "RATE_LIMIT_EXCEEDED",
                        fmt::format("Rate limit exceeded. Retry after {} seconds.", seconds.count()));
  refusal.value().retry_after = seconds;
  return refusal;
}

} // namespace

Result<void> count_request(Turn& turn, const Principal& caller, Rate rate) {
  if (caller.role == Role::nobody)
    return {};
  AGR_TRY_ASSIGN(const std::int64_t limit, limit_for(turn, caller, rate));
  AGR_TRY_ASSIGN(const Window window, current_window(turn, caller, rate, limit));
  if (window.used >= limit)
    return too_many(window.ends_at - turn.now);
  AGR_TRY(turn.db().run("INSERT OR REPLACE INTO agrenting_windows(user, begins_at, used) VALUES(?, ?, ?)",
                        {window.key, to_cell(window.begins_at), window.used + 1}));
  return {};
}

Result<std::optional<Share>> share_of(Turn& turn, const Principal& caller, Rate rate) {
  if (caller.role == Role::nobody)
    return std::nullopt;
  AGR_TRY_ASSIGN(const std::int64_t limit, limit_for(turn, caller, rate));
  AGR_TRY_ASSIGN(const Window window, current_window(turn, caller, rate, limit));
  return Share{limit, std::max<std::int64_t>(0, limit - window.used)};
}

} // namespace agr::emulator::agrenting
