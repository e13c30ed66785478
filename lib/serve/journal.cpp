// SPDX-License-Identifier: MIT
#include "serve/journal.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

namespace agr::serve {
namespace {

constexpr std::string_view k_schema = R"(
create table if not exists dispatch (
  id          text not null,    -- of the hiring
  round       integer not null, -- 1, and more when the hirer tried again
  state       text not null,
  dispatch_id text not null,    -- what the marketplace shows of this dispatch, where it does
  number      integer,
  started_at  integer,          -- this and the other times: milliseconds since 1970
  attempt     integer not null,
  attempts_before integer not null,
  hiring      text not null,    -- as JSON, empty once closed
  deadline    integer,
  seen_at     integer not null,
  not_before  integer not null,
  report      integer not null, -- what is to be reported: 0 nothing yet, 1 result, 2 failure, 3 hand-back
  reason      text not null,
  tries       integer not null,
  last_error  text not null,
  confirmed   integer not null, -- the marketplace said that it has ended
  changed_at  integer not null,
  primary key (id, round)
);
)";

/// Rows are written once and read by their key; thousands of journals may be open in one process.
constexpr std::string_view k_cache = "pragma cache_size = -128"; // KiB

/// Journals of the first version knew one dispatch per hiring.
constexpr std::string_view k_take_over = R"(
insert or ignore into dispatch
  select id, 1, state, '', null, null, attempt, 0, hiring, deadline, seen_at, not_before, report, reason, tries,
         last_error, state in ('done', 'failed', 'handed_back'), changed_at
  from hiring;
drop table hiring;
)";

constexpr std::string_view k_write = R"(
insert or replace into dispatch
  (id, round, state, dispatch_id, number, started_at, attempt, attempts_before, hiring, deadline, seen_at,
   not_before, report, reason, tries, last_error, confirmed, changed_at)
values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
)";

std::int64_t count_of(Time time) {
  return time.time_since_epoch().count();
}

Time time_of(std::int64_t count) {
  return Time(Millis(count));
}

store::Cell cell_of(std::optional<Time> time) {
  return time ? store::Cell(count_of(*time)) : store::Cell(nullptr);
}

std::optional<Time> maybe_time(const store::Row& row, std::string_view column) {
  return row.is_null(column) ? std::nullopt : std::optional(time_of(row.integer(column)));
}

Dispatch dispatch_of(const store::Row& row) {
  Dispatch dispatch{.id = row.text("dispatch_id"), .started = maybe_time(row, "started_at")};
  if (!row.is_null("number"))
    dispatch.number = row.integer("number");
  return dispatch;
}

Result<Entry> entry_of(const store::Row& row) {
  const auto state = state_named(row.text("state"));
  if (!state)
    return fail(Error{.kind = Kind::internal,
                      .message = fmt::format("the journal has hiring {} in an unknown state \"{}\"",
                                             row.text("id"), row.text("state")),
                      .hint = "it was written by a newer agr; update this one"});
  return Entry{.id = row.text("id"),
               .state = *state,
               .round = static_cast<int>(row.integer("round")),
               .dispatch = dispatch_of(row),
               .attempt = static_cast<int>(row.integer("attempt")),
               .attempts_before = static_cast<int>(row.integer("attempts_before")),
               .hiring = row.text("hiring"),
               .deadline = maybe_time(row, "deadline"),
               .seen_at = time_of(row.integer("seen_at")),
               .not_before = time_of(row.integer("not_before")),
               .report = static_cast<Report>(row.integer("report")),
               .reason = row.text("reason"),
               .tries = static_cast<int>(row.integer("tries")),
               .last_error = row.text("last_error"),
               .confirmed = row.integer("confirmed") != 0};
}

Result<std::vector<Entry>> entries_of(const std::vector<store::Row>& rows) {
  std::vector<Entry> entries;
  for (const auto& row : rows) {
    AGR_TRY_ASSIGN(auto entry, entry_of(row));
    entries.push_back(std::move(entry));
  }
  return entries;
}

} // namespace

Result<Journal> Journal::open(const std::string& path) {
  AGR_TRY_ASSIGN(auto database, store::Database::open(path, store::Durability::power_loss));
  AGR_TRY(database.script(k_cache));
  AGR_TRY(database.script(k_schema));
  AGR_TRY_ASSIGN(const auto old, database.first("select 1 from sqlite_master where name = 'hiring'"));
  if (old)
    AGR_TRY(database.transaction([&] { return database.script(k_take_over); }));
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
  const auto& dispatch = entry.dispatch;
  AGR_TRY(m_database.run(
      k_write, {entry.id, std::int64_t{entry.round}, std::string(name_of(entry.state)), dispatch.id,
                dispatch.number ? store::Cell(std::int64_t{*dispatch.number}) : store::Cell(nullptr),
                cell_of(dispatch.started), std::int64_t{entry.attempt}, std::int64_t{entry.attempts_before},
                entry.hiring, cell_of(entry.deadline), count_of(entry.seen_at), count_of(entry.not_before),
                static_cast<std::int64_t>(entry.report), entry.reason, std::int64_t{entry.tries},
                entry.last_error, std::int64_t{entry.confirmed}, count_of(now)}));
  return {};
}

Result<std::vector<Entry>> Journal::open_entries() {
  AGR_TRY_ASSIGN(const auto rows,
                 m_database.query("select * from dispatch where state not in ('done', 'failed', "
                                  "'handed_back') order by seen_at, id"));
  return entries_of(rows);
}

Result<std::optional<Entry>> Journal::latest(const std::string& id) {
  AGR_TRY_ASSIGN(const auto row,
                 m_database.first("select * from dispatch where id = ? order by round desc limit 1", {id}));
  if (!row)
    return std::nullopt;
  AGR_TRY_ASSIGN(auto entry, entry_of(*row));
  return entry;
}

Result<std::vector<Journal::Line>> Journal::lines(std::size_t limit, const std::string& id) {
  AGR_TRY_ASSIGN(const auto rows, m_database.query("select * from dispatch where ?1 = '' or id = ?1 order by "
                                                   "changed_at desc, id, round desc limit ?2",
                                                   {id, static_cast<std::int64_t>(limit)}));
  std::vector<Line> lines;
  for (const auto& row : rows) {
    AGR_TRY_ASSIGN(auto entry, entry_of(row));
    lines.push_back({std::move(entry), time_of(row.integer("changed_at"))});
  }
  return lines;
}

Result<std::string> Journal::faults() {
  AGR_TRY_ASSIGN(const auto rows, m_database.query("pragma integrity_check(20)"));
  std::vector<std::string> faults;
  for (const auto& row : rows)
    if (row.text("integrity_check") != "ok")
      faults.push_back(row.text("integrity_check"));
  return join(faults, "; ");
}

Result<void> Journal::shrink() {
  return m_database.script("vacuum; pragma wal_checkpoint(truncate);");
}

Result<int> Journal::compact(Time before) {
  return m_database.run("delete from dispatch where state in ('done', 'failed', 'handed_back') and "
                        "changed_at < ?",
                        {count_of(before)});
}

std::vector<std::string> journals_in(const std::string& state) {
  std::vector<std::string> paths;
  std::error_code code;
  for (const auto& folder : std::filesystem::directory_iterator(state + "/agents", code))
    if (const auto path = folder.path() / "journal.db"; std::filesystem::exists(path, code))
      paths.push_back(path.string());
  std::ranges::sort(paths);
  return paths;
}

} // namespace agr::serve
