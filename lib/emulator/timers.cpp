// SPDX-License-Identifier: MIT
#include "emulator/timers.hpp"

namespace agr::emulator {

const std::string_view k_timer_schema = R"sql(
CREATE TABLE IF NOT EXISTS timers(
  marketplace TEXT NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL, due INTEGER NOT NULL,
  PRIMARY KEY(marketplace, kind, subject)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS timers_by_due ON timers(due);
)sql";

Result<void> set_timer(Turn& turn, const Timer& timer, Time due) {
  AGR_TRY(turn.db().run("INSERT INTO timers(marketplace, kind, subject, due) VALUES(?, ?, ?, ?) "
                        "ON CONFLICT DO UPDATE SET due = excluded.due",
                        {timer.marketplace, timer.kind, timer.subject, to_cell(due)}));
  return {};
}

Result<void> set_timer_once(Turn& turn, const Timer& timer, Time due) {
  AGR_TRY(turn.db().run("INSERT OR IGNORE INTO timers(marketplace, kind, subject, due) VALUES(?, ?, ?, ?)",
                        {timer.marketplace, timer.kind, timer.subject, to_cell(due)}));
  return {};
}

Result<void> clear_timer(Turn& turn, const Timer& timer) {
  AGR_TRY(turn.db().run("DELETE FROM timers WHERE marketplace = ? AND kind = ? AND subject = ?",
                        {timer.marketplace, timer.kind, timer.subject}));
  return {};
}

Result<std::optional<DueTimer>> next_timer(World& world) {
  AGR_TRY_ASSIGN(const auto row, world.db().first("SELECT * FROM timers ORDER BY due LIMIT 1"));
  if (!row)
    return std::nullopt;
  return DueTimer{.timer = {row->text("marketplace"), row->text("kind"), row->text("subject")},
                  .due = time_from_cell(row->integer("due"))};
}

Result<std::optional<Timer>> take_due_timer(Turn& turn) {
  AGR_TRY_ASSIGN(const auto row,
                 turn.db().first("SELECT marketplace, kind, subject FROM timers WHERE due <= ? "
                                 "ORDER BY due, marketplace, kind, subject LIMIT 1",
                                 {to_cell(turn.now)}));
  if (!row)
    return std::nullopt;
  Timer timer{row->text("marketplace"), row->text("kind"), row->text("subject")};
  AGR_TRY(clear_timer(turn, timer));
  return timer;
}

} // namespace agr::emulator
