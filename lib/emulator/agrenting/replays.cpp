// SPDX-License-Identifier: MIT
#include "emulator/agrenting/replays.hpp"

#include "base/text.hpp"
#include "crypto/digest.hpp"
#include "emulator/refusal.hpp"

#include <fmt/format.h>

namespace agr::emulator::agrenting {

const std::string_view k_replay_schema = R"sql(
CREATE TABLE IF NOT EXISTS agrenting_replays(
  caller TEXT NOT NULL, key TEXT NOT NULL, fingerprint TEXT NOT NULL, status INTEGER NOT NULL,
  body TEXT NOT NULL, created_at INTEGER NOT NULL, PRIMARY KEY(caller, key)) WITHOUT ROWID;
)sql";

namespace {

constexpr auto k_lifetime = std::chrono::hours(24);

/// The key's hash, or nothing where the rule does not apply.
std::optional<std::string> key_of(const Call& call) {
  const Request& request = call.request;
  const bool changes = request.method == "POST" || request.method == "PUT";
  const bool applies = request.path.starts_with("/api/v1/") && !request.path.ends_with("/hire");
  if (!changes || !applies || call.caller.role == Role::nobody)
    return std::nullopt;
  for (const std::string_view name : {"X-Idempotency-Key", "Idempotency-Key"})
    if (const auto key = request.header(name); key && !key->empty())
      return hash_of(*key);
  return std::nullopt;
}

std::string fingerprint_of(const Request& request) {
  return hex(crypto::sha256(fmt::format("{} {}\n{}", request.method, request.path, request.body)));
}

} // namespace

Result<std::optional<Response>> earlier_answer(Turn& turn, const Call& call) {
  const auto key = key_of(call);
  if (!key)
    return std::nullopt;
  AGR_TRY_ASSIGN(
      const auto row,
      turn.db().first("SELECT * FROM agrenting_replays WHERE caller = ? AND key = ? AND created_at > ?",
                      {call.caller.id, *key, to_cell(turn.now - k_lifetime)}));
  if (!row)
    return std::nullopt;
  if (row->text("fingerprint") != fingerprint_of(call.request))
    return refuse(422, "IDEMPOTENCY_MISMATCH", "This idempotency key was used with a different request");
  return text_response(static_cast<int>(row->integer("status")), "application/json; charset=utf-8",
                       row->text("body"));
}

Result<void> remember_answer(Turn& turn, const Call& call, const Response& response) {
  const auto key = key_of(call);
  if (!key || response.status >= 300)
    return {};
  AGR_TRY(turn.db().run("INSERT OR REPLACE INTO agrenting_replays(caller, key, fingerprint, status, body, "
                        "created_at) VALUES(?, ?, ?, ?, ?, ?)",
                        {call.caller.id, *key, fingerprint_of(call.request), std::int64_t{response.status},
                         response.body, to_cell(turn.now)}));
  return {};
}

} // namespace agr::emulator::agrenting
