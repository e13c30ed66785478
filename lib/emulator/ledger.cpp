// SPDX-License-Identifier: MIT
#include "emulator/ledger.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>

namespace agr::emulator {

const std::string_view k_ledger_schema = R"sql(
CREATE TABLE IF NOT EXISTS ledger_accounts(
  id TEXT PRIMARY KEY, marketplace TEXT NOT NULL, purpose TEXT NOT NULL, owner TEXT NOT NULL,
  currency TEXT NOT NULL, balance INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS ledger_entries(
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL, reason TEXT NOT NULL, subject TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS ledger_lines(
  entry INTEGER NOT NULL REFERENCES ledger_entries(id),
  account TEXT NOT NULL REFERENCES ledger_accounts(id),
  amount INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS ledger_lines_by_entry ON ledger_lines(entry);
CREATE INDEX IF NOT EXISTS ledger_lines_by_account ON ledger_lines(account, entry);
CREATE TABLE IF NOT EXISTS ledger_gaps(
  rule TEXT NOT NULL, owner TEXT NOT NULL, gap INTEGER NOT NULL, PRIMARY KEY(rule, owner)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS ledger_open_gaps ON ledger_gaps(rule, owner) WHERE gap <> 0;
CREATE INDEX IF NOT EXISTS ledger_overdrawn ON ledger_accounts(id)
  WHERE balance < 0 AND purpose <> 'outside';
CREATE TRIGGER IF NOT EXISTS ledger_line_counts AFTER INSERT ON ledger_lines BEGIN
  UPDATE ledger_accounts SET balance = balance + NEW.amount WHERE id = NEW.account;
END;
CREATE TRIGGER IF NOT EXISTS ledger_accounts_agree AFTER UPDATE OF balance ON ledger_accounts BEGIN
  INSERT INTO ledger_gaps VALUES('available + escrow + earnings + fees = deposits',
                                 NEW.marketplace || ' ' || NEW.currency, NEW.balance - OLD.balance)
  ON CONFLICT DO UPDATE SET gap = gap + excluded.gap;
END;
CREATE TRIGGER IF NOT EXISTS ledger_line_is_final BEFORE UPDATE ON ledger_lines BEGIN
  SELECT RAISE(ABORT, 'a line of the ledger never changes');
END;
CREATE TRIGGER IF NOT EXISTS ledger_line_stays BEFORE DELETE ON ledger_lines BEGIN
  SELECT RAISE(ABORT, 'a line of the ledger is never taken out');
END;
)sql";

namespace {

constexpr int k_scale = 8; // the database counts in steps of 10^-8

// An entry never changes once its step is over, so the last few are enough after every step.
constexpr std::array k_step_invariants = {
    Invariant{"the latest entries sum to zero in each currency",
              "SELECT 'entry ' || l.entry || ' is off by ' || SUM(l.amount) AS what "
              "FROM ledger_lines l JOIN ledger_accounts a ON a.id = l.account "
              "WHERE l.entry > (SELECT COALESCE(MAX(id), 0) - 8 FROM ledger_entries) "
              "GROUP BY l.entry, a.currency HAVING SUM(l.amount) <> 0"},
    Invariant{"what is counted twice agrees", "SELECT rule || ': ' || owner || ' is off by ' || gap AS what "
                                              "FROM ledger_gaps INDEXED BY ledger_open_gaps WHERE gap <> 0"},
    Invariant{"only outside is below zero", "SELECT id || ' is at ' || balance AS what FROM ledger_accounts "
                                            "WHERE balance < 0 AND purpose <> 'outside'"},
};

constexpr std::array k_audits = {
    Invariant{"available + escrow + earnings + fees = deposits",
              "SELECT marketplace || ' ' || currency || ' is off by ' || SUM(balance) AS what "
              "FROM ledger_accounts GROUP BY marketplace, currency HAVING SUM(balance) <> 0"},
    Invariant{"every entry of all time sums to zero in each currency",
              "SELECT 'entry ' || l.entry || ' is off by ' || SUM(l.amount) AS what "
              "FROM ledger_lines l JOIN ledger_accounts a ON a.id = l.account "
              "GROUP BY l.entry, a.currency HAVING SUM(l.amount) <> 0"},
    Invariant{"every account is the sum of its lines",
              "SELECT a.id || ' is at ' || a.balance AS what FROM ledger_accounts a "
              "WHERE a.balance <> (SELECT COALESCE(SUM(amount), 0) FROM ledger_lines WHERE account = a.id)"},
};

std::string_view name_of(Purpose purpose) {
  switch (purpose) {
  case Purpose::available:
    return "available";
  case Purpose::escrow:
    return "escrow";
  case Purpose::earnings:
    return "earnings";
  case Purpose::fees:
    return "fees";
  case Purpose::outside:
    return "outside";
  }
  return "";
}

std::string id_of(const Account& account) {
  return fmt::format("{}/{}/{}/{}", account.marketplace, name_of(account.purpose), account.owner,
                     account.currency);
}

Result<void> open_account(Turn& turn, const Account& account) {
  AGR_TRY(turn.db().run("INSERT OR IGNORE INTO ledger_accounts(id, marketplace, purpose, owner, currency) "
                        "VALUES(?, ?, ?, ?, ?)",
                        {id_of(account), account.marketplace, std::string(name_of(account.purpose)),
                         account.owner, account.currency}));
  return {};
}

Result<void> add_line(Turn& turn, std::int64_t entry, const Account& account, std::int64_t units) {
  AGR_TRY(open_account(turn, account));
  AGR_TRY(turn.db().run("INSERT INTO ledger_lines(entry, account, amount) VALUES(?, ?, ?)",
                        {entry, id_of(account), units}));
  AGR_TRY_ASSIGN(const Decimal balance, balance_of(turn.world, account));
  if (balance.is_negative() && account.purpose != Purpose::outside)
    return fail({Kind::internal, fmt::format("{} would fall to {}", id_of(account), balance.money())});
  return {};
}

Result<std::int64_t> open_entry(Turn& turn, std::string_view reason, std::string_view subject) {
  AGR_TRY_ASSIGN(
      const auto row,
      turn.db().first("INSERT INTO ledger_entries(at, reason, subject) VALUES(?, ?, ?) RETURNING id",
                      {to_cell(turn.now), std::string(reason), std::string(subject)}));
  return row ? row->integer("id") : 0;
}

Result<json::Value> verdict(World& world, const Invariant& invariant) {
  AGR_TRY_ASSIGN(const auto rows, world.db().query(invariant.violations));
  json::Value violations = json::Value::array();
  for (const store::Row& row : rows)
    violations.push(row.text("what"));
  return json::Value::object(
      {{"name", invariant.name}, {"holds", rows.empty()}, {"violations", std::move(violations)}});
}

Result<json::Value> list_accounts(World& world) {
  AGR_TRY_ASSIGN(const auto rows, world.db().query("SELECT * FROM ledger_accounts ORDER BY id"));
  json::Value list = json::Value::array();
  for (const store::Row& row : rows)
    list.push(json::Value::object({{"marketplace", row.text("marketplace")},
                                   {"purpose", row.text("purpose")},
                                   {"owner", row.text("owner")},
                                   {"currency", row.text("currency")},
                                   {"balance", from_units(row.integer("balance"))}}));
  return list;
}

Result<json::Value> list_totals(World& world) {
  AGR_TRY_ASSIGN(const auto rows, world.db().query(R"sql(
    SELECT marketplace, currency,
           -SUM(CASE purpose WHEN 'outside' THEN balance ELSE 0 END) AS deposits,
           SUM(CASE purpose WHEN 'available' THEN balance ELSE 0 END) AS available,
           SUM(CASE purpose WHEN 'escrow' THEN balance ELSE 0 END) AS escrow,
           SUM(CASE purpose WHEN 'earnings' THEN balance ELSE 0 END) AS earnings,
           SUM(CASE purpose WHEN 'fees' THEN balance ELSE 0 END) AS fees
    FROM ledger_accounts GROUP BY marketplace, currency ORDER BY marketplace, currency)sql"));
  json::Value list = json::Value::array();
  for (const store::Row& row : rows) {
    json::Value total =
        json::Value::object({{"marketplace", row.text("marketplace")}, {"currency", row.text("currency")}});
    for (const std::string_view column : {"deposits", "available", "escrow", "earnings", "fees"})
      total.set(column, from_units(row.integer(column)));
    list.push(std::move(total));
  }
  return list;
}

} // namespace

Result<std::int64_t> to_units(Decimal amount) {
  AGR_TRY_ASSIGN(const std::string digits, amount.in_units(k_scale));
  std::int64_t units = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), units);
  if (error != std::errc{} || end != digits.data() + digits.size())
    return fail({Kind::internal, fmt::format("{} does not fit the ledger", amount.to_string())});
  return units;
}

Decimal from_units(std::int64_t units) {
  int scale = k_scale;
  for (; scale > 2 && units % 10 == 0; --scale)
    units /= 10;
  return Decimal::from_units(units, scale);
}

Result<void> post(Turn& turn, std::string_view reason, std::string_view subject,
                  const std::vector<Move>& moves) {
  AGR_TRY_ASSIGN(const std::int64_t entry, open_entry(turn, reason, subject));
  for (const Move& move : moves) {
    AGR_TRY_ASSIGN(const std::int64_t units, to_units(move.amount));
    if (units < 0)
      return fail({Kind::internal, fmt::format("{} of a negative amount", reason)});
    if (units == 0)
      continue;
    AGR_TRY(add_line(turn, entry, move.from, -units));
    AGR_TRY(add_line(turn, entry, move.to, units));
  }
  return {};
}

Result<Decimal> balance_of(World& world, const Account& account) {
  AGR_TRY_ASSIGN(const auto row,
                 world.db().first("SELECT balance FROM ledger_accounts WHERE id = ?", {id_of(account)}));
  return from_units(row ? row->integer("balance") : 0);
}

std::span<const Invariant> ledger_invariants() {
  return k_step_invariants;
}

Result<void> check(World& world, std::span<const Invariant> invariants) {
  for (const Invariant& invariant : invariants) {
    AGR_TRY_ASSIGN(const auto violation, world.db().first(invariant.violations));
    if (violation)
      return fail({Kind::internal, fmt::format("the books do not balance: \"{}\" is broken: {}",
                                               invariant.name, violation->text("what"))});
  }
  return {};
}

Result<json::Value> books_report(World& world, std::span<const Invariant> more) {
  json::Value verdicts = json::Value::array();
  bool balanced = true;
  const std::array<std::span<const Invariant>, 3> all = {k_step_invariants, k_audits, more};
  for (const auto& invariants : all)
    for (const Invariant& invariant : invariants) {
      AGR_TRY_ASSIGN(json::Value one, verdict(world, invariant));
      balanced = balanced && one["holds"].as_bool().value_or(false);
      verdicts.push(std::move(one));
    }
  AGR_TRY_ASSIGN(json::Value totals, list_totals(world));
  AGR_TRY_ASSIGN(json::Value accounts, list_accounts(world));
  return json::Value::object({{"balanced", balanced},
                              {"totals", std::move(totals)},
                              {"accounts", std::move(accounts)},
                              {"invariants", std::move(verdicts)}});
}

} // namespace agr::emulator
