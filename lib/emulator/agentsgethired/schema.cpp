// SPDX-License-Identifier: MIT
#include "emulator/agentsgethired/schema.hpp"

#include <array>

namespace agr::emulator::agentsgethired {

namespace {

constexpr std::array<std::string_view, 1> k_schemas = {R"sql(
CREATE TABLE IF NOT EXISTS ah_agents(
  id TEXT PRIMARY KEY, key_hash TEXT UNIQUE, profile TEXT NOT NULL,
  created_at INTEGER NOT NULL, last_active INTEGER NOT NULL, deleted_at INTEGER) WITHOUT ROWID;

-- Keys of the newer, shared kind: an agent may have several.
CREATE TABLE IF NOT EXISTS ah_central_keys(
  key_hash TEXT PRIMARY KEY, agent_id TEXT NOT NULL REFERENCES ah_agents(id)) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS ah_settings(name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS ah_request_counts(
  caller TEXT PRIMARY KEY, minute INTEGER NOT NULL, count INTEGER NOT NULL) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS ah_buyers(
  id TEXT PRIMARY KEY, email TEXT NOT NULL UNIQUE, profile TEXT NOT NULL,
  created_at INTEGER NOT NULL) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS ah_sessions(
  token_hash TEXT PRIMARY KEY, party_type TEXT NOT NULL, party_id TEXT NOT NULL,
  expires_at INTEGER NOT NULL) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS ah_magic_links(
  token TEXT PRIMARY KEY, email TEXT NOT NULL, name TEXT NOT NULL,
  expires_at INTEGER NOT NULL) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS ah_payout_methods(
  agent_id TEXT NOT NULL REFERENCES ah_agents(id),
  method TEXT NOT NULL CHECK(method IN ('stripe', 'x402', 'mpp')), details TEXT NOT NULL,
  created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
  PRIMARY KEY(agent_id, method)) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS ah_roles(
  id TEXT PRIMARY KEY, owner_type TEXT NOT NULL, owner_id TEXT NOT NULL,
  status TEXT NOT NULL CHECK(status IN ('open', 'filled', 'closed')), hidden INTEGER NOT NULL DEFAULT 0,
  offer TEXT NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS ah_roles_by_status ON ah_roles(status, created_at DESC, id) WHERE NOT hidden;

CREATE TABLE IF NOT EXISTS ah_applications(
  id TEXT PRIMARY KEY, role_id TEXT NOT NULL REFERENCES ah_roles(id),
  agent_id TEXT NOT NULL REFERENCES ah_agents(id),
  status TEXT NOT NULL CHECK(status IN ('pending', 'accepted', 'rejected', 'withdrawn')),
  pitch TEXT NOT NULL, contract_id TEXT, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
  UNIQUE(role_id, agent_id)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS ah_applications_by_agent ON ah_applications(agent_id, created_at DESC, id);
CREATE INDEX IF NOT EXISTS ah_accepted_without_contract ON ah_applications(id)
  WHERE (status = 'accepted') <> (contract_id IS NOT NULL);

CREATE TABLE IF NOT EXISTS ah_messages(
  number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,
  application_id TEXT NOT NULL REFERENCES ah_applications(id),
  sender_type TEXT NOT NULL, sender_id TEXT NOT NULL, body TEXT NOT NULL, created_at INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS ah_messages_by_thread ON ah_messages(application_id, number);

CREATE TABLE IF NOT EXISTS ah_contracts(
  id TEXT PRIMARY KEY, role_id TEXT NOT NULL UNIQUE REFERENCES ah_roles(id),
  application_id TEXT NOT NULL UNIQUE REFERENCES ah_applications(id),
  agent_id TEXT NOT NULL REFERENCES ah_agents(id), buyer_type TEXT NOT NULL, buyer_id TEXT NOT NULL,
  status TEXT NOT NULL CHECK(status IN ('active', 'completed', 'cancelled')),
  terms TEXT NOT NULL, destination TEXT NOT NULL,
  created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS ah_contracts_by_agent ON ah_contracts(agent_id, created_at DESC, id);
CREATE INDEX IF NOT EXISTS ah_contracts_by_buyer ON ah_contracts(buyer_id, created_at DESC, id);
CREATE TRIGGER IF NOT EXISTS ah_contract_is_frozen
  BEFORE UPDATE OF terms, destination, agent_id, buyer_type, buyer_id ON ah_contracts BEGIN
  SELECT RAISE(ABORT, 'the terms of a contract never change');
END;

-- units: the amount in steps of 10^-8, as the ledger counts.
CREATE TABLE IF NOT EXISTS ah_settlements(
  id TEXT PRIMARY KEY, contract_id TEXT NOT NULL REFERENCES ah_contracts(id), method TEXT NOT NULL,
  amount TEXT NOT NULL, units INTEGER NOT NULL CHECK(units > 0), currency TEXT NOT NULL,
  status TEXT NOT NULL CHECK(status IN ('draft', 'sent', 'settled', 'failed', 'cancelled')),
  receipt TEXT, reference TEXT UNIQUE, memo TEXT, error TEXT, executed_at INTEGER,
  created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
  CHECK((status IN ('sent', 'settled')) = (reference IS NOT NULL))) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS ah_settlements_by_contract ON ah_settlements(contract_id, created_at DESC, id);
-- The running difference of the audit below, by currency: what was paid, and what left the accounts.
CREATE TRIGGER IF NOT EXISTS ah_settlement_is_made AFTER INSERT ON ah_settlements
  WHEN NEW.status IN ('sent', 'settled') BEGIN
  INSERT INTO ledger_gaps VALUES('what was settled left an account', NEW.currency, NEW.units)
  ON CONFLICT DO UPDATE SET gap = gap + excluded.gap;
END;
CREATE TRIGGER IF NOT EXISTS ah_settlement_changes AFTER UPDATE OF status, units, currency ON ah_settlements BEGIN
  INSERT INTO ledger_gaps VALUES('what was settled left an account', OLD.currency,
                                 -OLD.units * (OLD.status IN ('sent', 'settled')))
  ON CONFLICT DO UPDATE SET gap = gap + excluded.gap;
  INSERT INTO ledger_gaps VALUES('what was settled left an account', NEW.currency,
                                 NEW.units * (NEW.status IN ('sent', 'settled')))
  ON CONFLICT DO UPDATE SET gap = gap + excluded.gap;
END;
CREATE TRIGGER IF NOT EXISTS ah_money_leaves AFTER UPDATE OF balance ON ledger_accounts
  WHEN NEW.marketplace = 'agentsgethired' AND NEW.purpose = 'outside' BEGIN
  INSERT INTO ledger_gaps VALUES('what was settled left an account', NEW.currency, NEW.balance - OLD.balance)
  ON CONFLICT DO UPDATE SET gap = gap + excluded.gap;
END;

CREATE TABLE IF NOT EXISTS ah_reviews(
  id TEXT PRIMARY KEY, contract_id TEXT NOT NULL REFERENCES ah_contracts(id),
  author_type TEXT NOT NULL, author_id TEXT NOT NULL, subject_type TEXT NOT NULL, subject_id TEXT NOT NULL,
  rating INTEGER NOT NULL CHECK(rating BETWEEN 1 AND 5), comment TEXT, created_at INTEGER NOT NULL,
  UNIQUE(contract_id, author_id)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS ah_reviews_by_subject ON ah_reviews(subject_id, created_at DESC, id);

-- Answers of requests that carried an Idempotency-Key.
CREATE TABLE IF NOT EXISTS ah_replays(
  party_id TEXT NOT NULL, key TEXT NOT NULL, fingerprint TEXT NOT NULL,
  status INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY(party_id, key)) WITHOUT ROWID;
)sql"};

constexpr std::array k_invariants = {
    Invariant{
        "an application is accepted exactly when it has a contract",
        "SELECT 'application ' || id AS what FROM ah_applications INDEXED BY ah_accepted_without_contract "
        "WHERE (status = 'accepted') <> (contract_id IS NOT NULL)"},
};

constexpr std::array k_audits = {
    Invariant{"every settlement that is sent or settled left its payer's account once",
              "SELECT COALESCE(paid.currency, booked.currency) || ' is off by ' || "
              "       (COALESCE(paid.units, 0) - COALESCE(booked.units, 0)) AS what "
              "FROM (SELECT currency, SUM(units) AS units FROM ah_settlements "
              "      WHERE status IN ('sent', 'settled') GROUP BY currency) AS paid "
              "FULL JOIN (SELECT currency, -SUM(balance) AS units FROM ledger_accounts "
              "           WHERE marketplace = 'agentsgethired' AND purpose = 'outside' GROUP BY currency) "
              "  AS booked ON booked.currency = paid.currency "
              "WHERE COALESCE(paid.units, 0) <> COALESCE(booked.units, 0)"},
};

} // namespace

std::span<const std::string_view> schemas() {
  return k_schemas;
}

std::span<const Invariant> invariants() {
  return k_invariants;
}

std::span<const Invariant> audits() {
  return k_audits;
}

} // namespace agr::emulator::agentsgethired
