// SPDX-License-Identifier: MIT
#include "settle/journal.hpp"

#include "base/text.hpp"
#include "crypto/digest.hpp"

#include <fmt/format.h>

#include <array>
#include <map>

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
create table if not exists receipts (
  origin text not null,
  settlement text not null,
  answer text not null,
  asked integer not null,
  primary key (origin, settlement)
);
create table if not exists audit (
  number integer primary key,
  text text not null,
  hash text not null
);
create trigger if not exists audit_is_never_changed before update on audit
begin select raise(abort, 'the audit log is append-only'); end;
create trigger if not exists audit_is_never_cut before delete on audit
begin select raise(abort, 'the audit log is append-only'); end;
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

json::Value maybe(const std::string& text) {
  return text.empty() ? json::Value() : json::Value(text);
}

/// What the audit log says of a payment. Body and receipt are named by their digests: the log is for showing.
json::Value about(const Line& line) {
  const auto& owed = line.obligation;
  return json::Value::object({{"key", line.key},
                              {"origin", owed.origin},
                              {"contract", owed.contract_id},
                              {"settlement", owed.settlement_id},
                              {"rail", owed.rail},
                              {"amount", owed.amount},
                              {"currency", owed.currency},
                              {"destination", owed.destination},
                              {"receipt_reference", maybe(owed.receipt_reference)},
                              {"body_sha256", hex(crypto::sha256(line.body))},
                              {"attempt", line.attempts},
                              {"reference", maybe(line.reference)},
                              {"note", maybe(line.note)}});
}

json::Value about(const Obligation& owed) {
  return json::Value::object({{"origin", owed.origin},
                              {"contract", owed.contract_id},
                              {"settlement", owed.settlement_id},
                              {"rail", owed.rail},
                              {"amount", owed.amount},
                              {"currency", owed.currency},
                              {"destination", owed.destination}});
}

/// The states of payments as the log leaves them, by key.
std::map<std::string, std::string> states_in(const std::vector<AuditLine>& log) {
  std::map<std::string, std::string> states;
  for (const auto& line : log) {
    const auto said = json::parse(line.text).value_or(json::Value());
    if (const auto key = said["key"].text(); !key.empty())
      states[key] = said["event"].text();
  }
  return states;
}

Error differs(const Line& line, std::string_view said) {
  return {.kind = Kind::conflict,
          .message = fmt::format("the journal shows the payment of settlement {} as {}, the audit log {}",
                                 line.obligation.settlement_id, name_of(line.state), said),
          .hint = "one of them was changed by something other than agr; the marketplace knows what was paid"};
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
  Journal journal(std::move(database));
  AGR_TRY(journal.adopt());
  return journal;
}

/// A journal that is older than its audit log: what it holds is where the log begins.
Result<void> Journal::adopt() {
  AGR_TRY_ASSIGN(const auto log, m_database.first("select number from audit limit 1"));
  AGR_TRY_ASSIGN(const auto present, log ? Result<std::vector<Line>>() : lines(false));
  if (present.empty())
    return {};
  return m_database.transaction([&]() -> Result<void> {
    for (const auto& line : present)
      AGR_TRY(append(name_of(line.state), about(line), line.updated));
    return {};
  });
}

Result<Line> Journal::line_with(const std::string& key) {
  AGR_TRY_ASSIGN(auto line, maybe_line(m_database.first("select * from payments where key = ?", {key})));
  if (!line)
    return fail(
        {.kind = Kind::internal, .message = fmt::format("the settlement journal has no payment {}", key)});
  return std::move(*line);
}

Result<Line> Journal::intend(const Line& line, Time now) {
  Line stored;
  AGR_TRY(m_database.transaction([&]() -> Result<void> {
    const auto& owed = line.obligation;
    AGR_TRY_ASSIGN(const auto present, find(owed.origin, owed.settlement_id));
    if (present && is_open(present->state) && present->key != line.key)
      return fail(
          {.kind = Kind::conflict,
           .message = fmt::format("another payment of settlement {} is still open", owed.settlement_id),
           .hint = "`agr settle status` shows it"});
    AGR_TRY_ASSIGN(const int written,
                   m_database.run(k_intend, {line.key, owed.origin, owed.contract_id, owed.settlement_id,
                                             owed.rail, owed.amount.to_string(), owed.currency,
                                             json::write(owed.destination), owed.receipt_reference,
                                             line.receipt, line.body, hex(crypto::sha256(line.body)),
                                             line.status_before, to_cell(now), to_cell(now)}));
    if (written != 1)
      return fail({.kind = Kind::conflict,
                   .message = fmt::format("settlement {} was already executed from this machine",
                                          owed.settlement_id)});
    AGR_TRY_ASSIGN(stored, line_with(line.key));
    return append(name_of(stored.state), about(stored), now);
  }));
  return stored;
}

Result<void> Journal::note(const std::string& key, State state, std::string_view reference,
                           std::string_view note, Time now) {
  return m_database.transaction([&]() -> Result<void> {
    AGR_TRY(m_database.run(
        "update payments set state = ?, reference = ?, note = ?, updated = ? where key = ?",
        {std::string(name_of(state)), std::string(reference), std::string(note), to_cell(now), key}));
    AGR_TRY_ASSIGN(const auto line, line_with(key));
    return append(name_of(state), about(line), now);
  });
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

Result<void> Journal::asked_receipt(const Obligation& owed, Time now) {
  return m_database.transaction([&]() -> Result<void> {
    AGR_TRY(m_database.run("insert into receipts (origin, settlement, answer, asked) values (?, ?, '', ?)",
                           {owed.origin, owed.settlement_id, to_cell(now)}));
    return append("receipt_asked", about(owed), now);
  });
}

Result<void> Journal::got_receipt(const Obligation& owed, std::string_view answer, Time now) {
  return m_database.transaction([&]() -> Result<void> {
    AGR_TRY(m_database.run("update receipts set answer = ? where origin = ? and settlement = ?",
                           {std::string(answer), owed.origin, owed.settlement_id}));
    auto line = about(owed);
    line.set("receipt_sha256", hex(crypto::sha256(answer)));
    return append("receipt_got", std::move(line), now);
  });
}

Result<void> Journal::drop_receipt(const Obligation& owed, std::string_view why, Time now) {
  return m_database.transaction([&]() -> Result<void> {
    AGR_TRY(m_database.run("delete from receipts where origin = ? and settlement = ?",
                           {owed.origin, owed.settlement_id}));
    auto line = about(owed);
    line.set("note", why);
    return append("receipt_dropped", std::move(line), now);
  });
}

Result<std::optional<KeptReceipt>> Journal::receipt_of(const Obligation& owed) {
  AGR_TRY_ASSIGN(const auto row,
                 m_database.first("select * from receipts where origin = ? and settlement = ?",
                                  {owed.origin, owed.settlement_id}));
  return row ? std::optional(KeptReceipt{row->text("answer"), to_time(row->integer("asked"))}) : std::nullopt;
}

Result<void> Journal::remark(std::string_view event, const json::Value& about, Time now) {
  return m_database.transaction([&] { return append(event, about, now); });
}

/// Within a transaction: the line goes to disk together with what it is about, or neither does.
Result<void> Journal::append(std::string_view event, json::Value about, Time now) {
  AGR_TRY_ASSIGN(const auto last,
                 m_database.first("select number, hash from audit order by number desc limit 1"));
  auto line = json::Value::object({{"at", rfc3339(now)}, {"event", event}});
  for (auto& member : about.object_ref())
    line.set(member.name, std::move(member.value));
  const auto text = json::write(line);
  AGR_TRY(m_database.run(
      "insert into audit (number, text, hash) values (?, ?, ?)",
      {last ? last->integer("number") + 1 : 1, text, chain_hash(last ? last->text("hash") : "", text)}));
  return {};
}

Result<std::vector<AuditLine>> Journal::audit_lines() {
  AGR_TRY_ASSIGN(const auto rows, m_database.query("select * from audit order by number"));
  std::vector<AuditLine> lines;
  lines.reserve(rows.size());
  for (const auto& row : rows)
    lines.push_back({.number = row.integer("number"), .text = row.text("text"), .hash = row.text("hash")});
  return lines;
}

Result<std::vector<AuditLine>> Journal::audit() {
  AGR_TRY_ASSIGN(auto log, audit_lines());
  AGR_TRY(verify(log));
  AGR_TRY_ASSIGN(const auto payments, lines(false));
  auto said = states_in(log);
  for (const auto& line : payments) {
    const auto state = said.extract(line.key);
    if (state.empty() || state.mapped() != name_of(line.state))
      return fail(differs(line, state.empty() ? "does not know it" : "says " + state.mapped()));
  }
  if (!said.empty())
    return fail({.kind = Kind::conflict,
                 .message = fmt::format("the audit log knows of payment {}, the journal does not",
                                        said.begin()->first),
                 .hint = "a payment was removed from the journal; the marketplace knows what was paid"});
  return log;
}

} // namespace agr::settle
