// SPDX-License-Identifier: MIT
#include "store/intents.hpp"

#include <fmt/format.h>

#include <utility>

namespace agr::store {
namespace {

constexpr std::string_view k_schema = R"(
  CREATE TABLE IF NOT EXISTS intents (
    key TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    summary TEXT NOT NULL,
    request TEXT NOT NULL,
    begun INTEGER NOT NULL,
    state TEXT NOT NULL,
    answer TEXT NOT NULL
  );
  CREATE INDEX IF NOT EXISTS intents_open ON intents (kind, fingerprint) WHERE state = 'open';
)";

constexpr std::string_view k_begin = R"(
  INSERT INTO intents (key, kind, fingerprint, summary, request, begun, state, answer)
  VALUES (?, ?, ?, ?, ?, ?, 'open', '')
  ON CONFLICT (key) DO UPDATE SET
    kind = excluded.kind, fingerprint = excluded.fingerprint, summary = excluded.summary,
    request = excluded.request, begun = excluded.begun, state = 'open', answer = ''
)";

constexpr std::string_view k_find_open = R"(
  SELECT * FROM intents WHERE kind = ? AND fingerprint = ? AND state = 'open' ORDER BY begun DESC, key LIMIT 1
)";

Intent intent_of(const Row& row) {
  return {row.text("key"),     row.text("kind"),    row.text("fingerprint"),
          row.text("summary"), row.text("request"), Time{Millis{row.integer("begun")}}};
}

} // namespace

Result<Intents> Intents::open(const std::string& path) {
  AGR_TRY_ASSIGN(Database database, Database::open(path, Durability::power_loss));
  AGR_TRY(database.script(k_schema));
  return Intents(std::move(database));
}

Result<void> Intents::begin(const Intent& intent) {
  AGR_TRY(m_database.run(k_begin, {intent.key, intent.kind, intent.fingerprint, intent.summary,
                                   intent.request, std::int64_t{intent.begun.time_since_epoch().count()}}));
  return {};
}

Result<std::optional<Intent>> Intents::find_open(std::string_view kind, std::string_view fingerprint) {
  AGR_TRY_ASSIGN(const auto row,
                 m_database.first(k_find_open, {std::string(kind), std::string(fingerprint)}));
  return row ? std::optional(intent_of(*row)) : std::nullopt;
}

Result<std::vector<Intent>> Intents::open_ones() {
  AGR_TRY_ASSIGN(const auto rows,
                 m_database.query("SELECT * FROM intents WHERE state = 'open' ORDER BY begun, key"));
  std::vector<Intent> intents;
  intents.reserve(rows.size());
  for (const Row& row : rows)
    intents.push_back(intent_of(row));
  return intents;
}

Result<void> Intents::done(std::string_view key, std::string_view answer) {
  return close(key, "done", answer);
}

Result<void> Intents::refused(std::string_view key, std::string_view reason) {
  return close(key, "refused", reason);
}

Result<void> Intents::close(std::string_view key, std::string_view state, std::string_view answer) {
  AGR_TRY_ASSIGN(const int changed,
                 m_database.run("UPDATE intents SET state = ?, answer = ?, request = '' WHERE key = ?",
                                {std::string(state), std::string(answer), std::string(key)}));
  if (changed == 1)
    return {};
  return fail({Kind::internal, fmt::format("close the intent {}: it was never written down", key)});
}

} // namespace agr::store
