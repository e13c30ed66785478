// SPDX-License-Identifier: MIT
#include "emulator/agrenting/limits.hpp"

#include "emulator/refusal.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace agr::emulator::agrenting {

const std::string_view k_limit_schema = R"sql(
CREATE TABLE IF NOT EXISTS agrenting_windows(
  user TEXT PRIMARY KEY, begins_at INTEGER NOT NULL, used INTEGER NOT NULL) WITHOUT ROWID;
)sql";

namespace {

constexpr Millis k_window = std::chrono::minutes(1);

struct Window {
  Time begins_at;
  std::int64_t used;
};

Result<Window> current_window(Turn& turn, const std::string& user) {
  AGR_TRY_ASSIGN(const auto row, turn.db().first("SELECT * FROM agrenting_windows WHERE user = ?", {user}));
  const Time begins_at = row ? time_from_cell(row->integer("begins_at")) : Time();
  const bool over = !row || turn.now >= begins_at + k_window || turn.now < begins_at;
  return over ? Window{turn.now, 0} : Window{begins_at, row->integer("used")};
}

tl::unexpected<Error> too_many(Millis wait) {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(wait);
  auto refusal = refuse(429, "RATE_LIMIT_EXCEEDED",
                        fmt::format("Rate limit exceeded. Retry after {} seconds.", seconds.count()));
  refusal.value().retry_after = seconds;
  return refusal;
}

} // namespace

Result<void> count_request(Turn& turn, const std::string& user) {
  AGR_TRY_ASSIGN(const Window window, current_window(turn, user));
  if (window.used >= k_requests_per_minute)
    return too_many(window.begins_at + k_window - turn.now);
  AGR_TRY(turn.db().run("INSERT OR REPLACE INTO agrenting_windows(user, begins_at, used) VALUES(?, ?, ?)",
                        {user, to_cell(window.begins_at), window.used + 1}));
  return {};
}

Result<std::int64_t> requests_left(Turn& turn, const std::string& user) {
  return current_window(turn, user).map([](const Window& window) {
    return std::max<std::int64_t>(0, k_requests_per_minute - window.used);
  });
}

} // namespace agr::emulator::agrenting
