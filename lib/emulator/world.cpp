// SPDX-License-Identifier: MIT
#include "emulator/world.hpp"

#include "base/text.hpp"
#include "crypto/digest.hpp"
#include "emulator/fault_rules.hpp"
#include "emulator/ledger.hpp"
#include "emulator/marketplace.hpp"
#include "emulator/timers.hpp"
#include "emulator/traffic.hpp"

#include <fmt/format.h>

#include <array>

namespace agr::emulator {
namespace {

// Raised with every change of any table: a file of another build is refused, never misread.
constexpr std::int64_t k_version = 1;

constexpr std::string_view k_world_schema = R"sql(
CREATE TABLE IF NOT EXISTS world(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
INSERT OR IGNORE INTO world(name, value) VALUES('counter', 0);
)sql";

std::string as_uuid(std::string bytes) {
  bytes.resize(16);
  bytes[6] = static_cast<char>((static_cast<unsigned char>(bytes[6]) & 0x0FU) | 0x40U);
  bytes[8] = static_cast<char>((static_cast<unsigned char>(bytes[8]) & 0x3FU) | 0x80U);
  const std::string digits = hex(bytes);
  return fmt::format("{}-{}-{}-{}-{}", digits.substr(0, 8), digits.substr(8, 4), digits.substr(12, 4),
                     digits.substr(16, 4), digits.substr(20));
}

Result<void> create_tables(store::Database& db) {
  for (const std::string_view schema : {k_world_schema, k_timer_schema, k_ledger_schema, k_fault_schema})
    AGR_TRY(db.script(schema));
  for (const Marketplace* marketplace : marketplaces())
    for (const std::string_view schema : marketplace->schemas)
      AGR_TRY(db.script(schema));
  return {};
}

Result<void> wake_marketplaces(Turn& turn, bool is_new) {
  AGR_TRY(forget_traffic(turn));
  for (const Marketplace* marketplace : marketplaces()) {
    if (is_new)
      AGR_TRY(marketplace->seed(turn));
    AGR_TRY(marketplace->resume(turn));
  }
  return {};
}

Result<bool> has_table(store::Database& db, const std::string& name) {
  return db.first("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", {name})
      .map([](const auto& row) { return row.has_value(); });
}

Result<std::int64_t> version_in(store::Database& db) {
  return db.first("SELECT value FROM world WHERE name = 'version'").map([](const auto& row) {
    return row ? row->integer("value") : 0;
  });
}

/// Errors: Kind::usage when the database is not empty and not of this build.
Result<void> check_version(store::Database& db, std::string_view what) {
  AGR_TRY_ASSIGN(const auto any, db.first("SELECT 1 FROM sqlite_master"));
  if (!any)
    return {};
  AGR_TRY_ASSIGN(const bool is_world, has_table(db, "world"));
  if (!is_world)
    return fail({Kind::usage, fmt::format("{} is a database, but no world of the emulator", what),
                 "name another file"});
  AGR_TRY_ASSIGN(const std::int64_t version, version_in(db));
  if (version != k_version)
    return fail({Kind::usage,
                 fmt::format("{} was written by another version of the emulator (its format is {}, this one "
                             "reads {})",
                             what, version, k_version),
                 "go on with the agr that wrote it, or begin a new world in another file"});
  return {};
}

/// Errors: Kind::usage when it is no world of this build.
Result<Time> time_of_image(std::string_view image) {
  AGR_TRY_ASSIGN(auto copy, store::Database::open(":memory:", store::Durability::crash));
  AGR_TRY(copy.load(image));
  AGR_TRY(check_version(copy, "the snapshot"));
  const auto row = copy.first("SELECT value FROM world WHERE name = 'time'");
  if (!row || !*row)
    return fail({Kind::usage, "this is no snapshot of an emulator"});
  return time_from_cell((*row)->integer("value"));
}

} // namespace

Result<World> World::open(const std::string& path, Options options, Time now) {
  AGR_TRY_ASSIGN(auto db, store::Database::open(path, store::Durability::crash));
  AGR_TRY(check_version(db, path));
  World world(std::move(db), options);
  AGR_TRY(world.check_clock(path));
  AGR_TRY(world.settle_in(now));
  return world;
}

Result<void> World::check_clock(const std::string& path) {
  AGR_TRY_ASSIGN(const bool is_old, has_table(m_db, "world"));
  if (!is_old)
    return {};
  AGR_TRY_ASSIGN(const auto kept, kept_clock());
  if (kept.has_value() == m_options.stands)
    return {};
  return fail({Kind::usage,
               fmt::format("the world in {} lives by {}", path,
                           kept ? "a clock that stands still until it is moved" : "the machine's clock"),
               kept ? "go on with --clock virtual" : "go on with --clock real"});
}

Result<std::optional<Time>> World::kept_clock() {
  return m_db.first("SELECT value FROM world WHERE name = 'clock'").map([](const auto& row) {
    return row ? std::optional(time_from_cell(row->integer("value"))) : std::nullopt;
  });
}

Result<void> World::keep_clock(Time now) {
  return m_db.run("INSERT OR REPLACE INTO world(name, value) VALUES('clock', ?)", {to_cell(now)})
      .map([](int) {});
}

Result<void> World::settle_in(Time now) {
  AGR_TRY(create_tables(m_db));
  return m_db.transaction([&]() -> Result<void> {
    AGR_TRY_ASSIGN(const bool is_new, adopt_seed());
    if (is_new && m_options.stands)
      AGR_TRY(keep_clock(now));
    AGR_TRY_ASSIGN(const auto kept, kept_clock());
    Turn turn{*this, m_options.stands && kept ? *kept : now};
    return wake_marketplaces(turn, is_new);
  });
}

Result<std::string> World::image(Time now) {
  AGR_TRY(m_db.run("INSERT OR REPLACE INTO world(name, value) VALUES('time', ?)", {to_cell(now)}));
  return m_db.dump();
}

Result<Time> World::become(std::string_view image, Time now) {
  AGR_TRY_ASSIGN(const Time then, time_of_image(image));
  AGR_TRY(m_db.load(image));
  AGR_TRY(m_db.run("DELETE FROM world WHERE name = 'clock'"));
  if (m_options.stands)
    AGR_TRY(keep_clock(then));
  AGR_TRY(settle_in(now));
  return then;
}

Result<Time> World::start_anew(Time now) {
  AGR_TRY_ASSIGN(World fresh, open(":memory:", m_options, now));
  AGR_TRY_ASSIGN(const std::string image, fresh.image(now));
  return become(image, now);
}

Result<bool> World::adopt_seed() {
  AGR_TRY_ASSIGN(const auto kept, m_db.first("SELECT value FROM world WHERE name = 'seed'"));
  if (kept) {
    m_options.seed = static_cast<std::uint64_t>(kept->integer("value"));
    return false;
  }
  AGR_TRY(m_db.run("INSERT INTO world(name, value) VALUES('seed', ?), ('version', ?)",
                   {static_cast<std::int64_t>(m_options.seed), k_version}));
  return true;
}

Result<std::string> World::fresh_bytes() {
  AGR_TRY_ASSIGN(const auto row,
                 m_db.first("UPDATE world SET value = value + 1 WHERE name = 'counter' RETURNING value"));
  return bytes_for(fmt::format("#{}", row ? row->integer("value") : 0));
}

Result<std::string> World::fresh_uuid() {
  return fresh_bytes().map(as_uuid);
}

std::string World::bytes_for(std::string_view label) const {
  return crypto::sha256(fmt::format("agr emulator\n{}\n{}", m_options.seed, label));
}

std::string World::uuid_for(std::string_view label) const {
  return as_uuid(bytes_for(label));
}

std::string_view name_of(Era era) {
  constexpr std::array<std::string_view, 4> k_names{"seed", "identity", "mixed", "proxy"};
  return k_names.at(static_cast<std::size_t>(era));
}

std::string hash_of(std::string_view credential) {
  return hex(crypto::sha256(credential));
}

} // namespace agr::emulator
