// SPDX-License-Identifier: MIT
#include "settle/journal.hpp"

#include "base/text.hpp"
#include "crypto/digest.hpp"

#include <fmt/format.h>

#include <array>

namespace agr::settle {
namespace {

constexpr std::string_view k_schema = R"(
create table if not exists payments (
  key text primary key,
  origin text not null,
  contract text not null,
  settlement text not null,
  rail text not null,
  amount text not null,
  currency text not null,
  destination text not null,
  receipt_reference text not null,
  receipt text not null,
  body text not null,
  body_sha256 text not null,
  status_before text not null,
  state text not null check (state in ('intent', 'executed', 'refused', 'unknown')),
  attempts integer not null,
  reference text not null,
  note text not null,
  created integer not null,
  updated integer not null
);
create unique index if not exists one_open_payment on payments (origin, settlement) where state in ('intent', 'unknown');
create index if not exists payments_by_receipt on payments (receipt_reference);
)";

/// A refused payment may be tried with another body; an open one must be repeated to the letter.
constexpr std::string_view k_intend = R"(
insert into payments (key, origin, contract, settlement, rail, amount, currency, destination, receipt_reference,
                      receipt, body, body_sha256, status_before, state, attempts, reference, note, created, updated)
values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'intent', 1, '', '', ?, ?)
on conflict (key) do update set
  receipt = case when payments.state = 'refused' then excluded.receipt else payments.receipt end,
  body = case when payments.state = 'refused' then excluded.body else payments.body end,
  body_sha256 = case when payments.state = 'refused' then excluded.body_sha256 else payments.body_sha256 end,
  status_before = case when payments.state = 'refused' then excluded.status_before else payments.status_before end,
  state = 'intent', attempts = payments.attempts + 1, note = '', updated = excluded.updated
where payments.state <> 'executed'
)";

/// The open line first, else the one touched last.
constexpr std::string_view k_find = R"(
select * from payments where origin = ? and settlement = ?
order by case when state in ('intent', 'unknown') then 0 else 1 end, updated desc limit 1
)";

constexpr std::array k_states{State::intent, State::executed, State::refused, State::unknown};

State state_of(std::string_view name) {
  for (const State state : k_states)
    if (name_of(state) == name)
      return state;
  return State::unknown;
}

std::int64_t to_cell(Time time) {
  return time.time_since_epoch().count();
}
Time to_time(std::int64_t millis) {
  return Time(Millis(millis));
}

Result<Line> damaged(const std::string& key) {
  return fail({.kind = Kind::internal,
               .message = fmt::format(
                   "the settlement journal is damaged: payment {} does not match its checksum", key),
               .hint = "nothing was sent; compare the journal with the marketplace by hand"});
}

Result<Line> line_of(const store::Row& row) {
  Line line{.key = row.text("key"),
            .obligation = {.origin = row.text("origin"),
                           .contract_id = row.text("contract"),
                           .settlement_id = row.text("settlement"),
                           .rail = row.text("rail"),
                           .amount = {},
                           .currency = row.text("currency"),
                           .destination = {},
                           .receipt_reference = row.text("receipt_reference")},
            .receipt = row.text("receipt"),
            .body = row.text("body"),
            .status_before = row.text("status_before"),
            .state = state_of(row.text("state")),
            .attempts = static_cast<int>(row.integer("attempts")),
            .reference = row.text("reference"),
            .note = row.text("note"),
            .created = to_time(row.integer("created")),
            .updated = to_time(row.integer("updated"))};
  auto amount = Decimal::parse(row.text("amount"));
  auto destination = json::parse(row.text("destination"));
  if (!amount || !destination || hex(crypto::sha256(line.body)) != row.text("body_sha256"))
    return damaged(line.key);
  line.obligation.amount = *amount;
  line.obligation.destination = std::move(*destination);
  if (key_of(line.obligation) != line.key)
    return damaged(line.key);
  return line;
}

Result<std::optional<Line>> maybe_line(Result<std::optional<store::Row>> row) {
  if (!row)
    return fail(std::move(row).error());
  if (!*row)
    return std::optional<Line>();
  AGR_TRY_ASSIGN(auto line, line_of(**row));
  return std::optional<Line>(std::move(line));
}

} // namespace

std::string_view name_of(State state) {
  switch (state) {
  case State::intent:
    return "intent";
  case State::executed:
    return "executed";
  case State::refused:
    return "refused";
  case State::unknown:
    return "unknown";
  }
  return "unknown";
}

Result<Journal> Journal::open(const std::string& path) {
  AGR_TRY_ASSIGN(auto database, store::Database::open(path, store::Durability::power_loss));
  AGR_TRY(database.script(k_schema));
  return Journal(std::move(database));
}

Result<Line> Journal::intend(const Line& line, Time now) {
  const auto& owed = line.obligation;
  AGR_TRY_ASSIGN(const auto present, find(owed.origin, owed.settlement_id));
  if (present && is_open(present->state) && present->key != line.key)
    return fail({.kind = Kind::conflict,
                 .message = fmt::format("another payment of settlement {} is still open", owed.settlement_id),
                 .hint = "`agr settle status` shows it"});
  AGR_TRY_ASSIGN(const int written,
                 m_database.run(k_intend, {line.key, owed.origin, owed.contract_id, owed.settlement_id,
                                           owed.rail, owed.amount.to_string(), owed.currency,
                                           json::write(owed.destination), owed.receipt_reference,
                                           line.receipt, line.body, hex(crypto::sha256(line.body)),
                                           line.status_before, to_cell(now), to_cell(now)}));
  if (written != 1)
    return fail(
        {.kind = Kind::conflict,
         .message = fmt::format("settlement {} was already executed from this machine", owed.settlement_id)});
  AGR_TRY_ASSIGN(auto stored,
                 maybe_line(m_database.first("select * from payments where key = ?", {line.key})));
  return std::move(*stored);
}

Result<void> Journal::note(const std::string& key, State state, std::string_view reference,
                           std::string_view note, Time now) {
  AGR_TRY_ASSIGN(
      const int changed,
      m_database.run(
          "update payments set state = ?, reference = ?, note = ?, updated = ? where key = ?",
          {std::string(name_of(state)), std::string(reference), std::string(note), to_cell(now), key}));
  if (changed != 1)
    return fail(
        {.kind = Kind::internal, .message = fmt::format("the settlement journal has no payment {}", key)});
  return {};
}

Result<std::optional<Line>> Journal::find(const std::string& origin, const std::string& settlement_id) {
  return maybe_line(m_database.first(k_find, {origin, settlement_id}));
}

Result<std::vector<Line>> Journal::lines(bool only_open) {
  AGR_TRY_ASSIGN(const auto rows,
                 m_database.query(
                     only_open
                         ? "select * from payments where state in ('intent', 'unknown') order by created, key"
                         : "select * from payments order by created, key"));
  std::vector<Line> lines;
  for (const auto& row : rows) {
    AGR_TRY_ASSIGN(auto line, line_of(row));
    lines.push_back(std::move(line));
  }
  return lines;
}

Result<std::optional<std::string>> Journal::receipt_used_by(const std::string& reference,
                                                            const std::string& settlement_id) {
  if (reference.empty())
    return std::optional<std::string>();
  AGR_TRY_ASSIGN(
      const auto row,
      m_database.first("select settlement from payments where receipt_reference = ? and settlement <> "
                       "? and state <> 'refused' limit 1",
                       {reference, settlement_id}));
  return row ? std::optional(row->text("settlement")) : std::nullopt;
}

} // namespace agr::settle
