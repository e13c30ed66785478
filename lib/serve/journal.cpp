// SPDX-License-Identifier: MIT
#include "serve/journal.hpp"

#include <fmt/format.h>

namespace agr::serve {
namespace {

constexpr std::string_view k_schema = R"(
create table if not exists hiring (
  id         text primary key,
  state      text not null,
  attempt    integer not null,
  hiring     text not null,    -- as JSON, empty once closed
  deadline   integer,          -- this and the other times: milliseconds since 1970
  seen_at    integer not null,
  not_before integer not null,
  report     integer not null, -- what is to be reported: 0 nothing yet, 1 result, 2 failure, 3 hand-back
  reason     text not null,
  tries      integer not null,
  last_error text not null,
  changed_at integer not null
);
)";

constexpr std::string_view k_write = R"(
insert into hiring (id, state, attempt, hiring, deadline, seen_at, not_before, report, reason, tries, last_error, changed_at)
values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
on conflict (id) do update set
  state = excluded.state, attempt = excluded.attempt, hiring = excluded.hiring, deadline = excluded.deadline,
  not_before = excluded.not_before, report = excluded.report, reason = excluded.reason, tries = excluded.tries,
  last_error = excluded.last_error, changed_at = excluded.changed_at
)";

std::int64_t count_of(Time time) {
  return time.time_since_epoch().count();
}

Time time_of(std::int64_t count) {
  return Time(Millis(count));
}

Result<Entry> entry_of(const store::Row& row) {
  const auto state = state_named(row.text("state"));
  if (!state)
    return fail(Error{.kind = Kind::internal,
                      .message = fmt::format("the journal has hiring {} in an unknown state \"{}\"",
                                             row.text("id"), row.text("state")),
                      .hint = "it was written by a newer agr; update this one"});
  Entry entry{.id = row.text("id"),
              .state = *state,
              .attempt = static_cast<int>(row.integer("attempt")),
              .hiring = row.text("hiring"),
              .seen_at = time_of(row.integer("seen_at")),
              .not_before = time_of(row.integer("not_before")),
              .report = static_cast<Report>(row.integer("report")),
              .reason = row.text("reason"),
              .tries = static_cast<int>(row.integer("tries")),
              .last_error = row.text("last_error")};
  if (!row.is_null("deadline"))
    entry.deadline = time_of(row.integer("deadline"));
  return entry;
}

} // namespace

Result<Journal> Journal::open(const std::string& path) {
  AGR_TRY_ASSIGN(auto database, store::Database::open(path, store::Durability::power_loss));
  AGR_TRY(database.script(k_schema));
  return Journal(std::move(database));
}

Result<void> Journal::write(std::span<const Entry> lines, Time now) {
  return m_database.transaction([&]() -> Result<void> {
    for (const auto& entry : lines)
      AGR_TRY(write_line(entry, now));
    return {};
  });
}

Result<void> Journal::write_line(const Entry& entry, Time now) {
  const store::Cell deadline = entry.deadline ? store::Cell(count_of(*entry.deadline)) : store::Cell(nullptr);
  AGR_TRY(
      m_database.run(k_write, {entry.id, std::string(name_of(entry.state)), std::int64_t{entry.attempt},
                               entry.hiring, deadline, count_of(entry.seen_at), count_of(entry.not_before),
                               static_cast<std::int64_t>(entry.report), entry.reason,
                               std::int64_t{entry.tries}, entry.last_error, count_of(now)}));
  return {};
}

Result<std::vector<Entry>> Journal::open_entries() {
  AGR_TRY_ASSIGN(const auto rows,
                 m_database.query("select * from hiring where state not in ('done', 'failed', 'handed_back') "
                                  "order by seen_at, id"));
  std::vector<Entry> entries;
  for (const auto& row : rows) {
    AGR_TRY_ASSIGN(auto entry, entry_of(row));
    entries.push_back(std::move(entry));
  }
  return entries;
}

Result<std::vector<std::string>> Journal::closed_ids() {
  AGR_TRY_ASSIGN(const auto rows,
                 m_database.query("select id from hiring where state in ('done', 'failed', 'handed_back')"));
  std::vector<std::string> ids;
  for (const auto& row : rows)
    ids.push_back(row.text("id"));
  return ids;
}

} // namespace agr::serve
