// SPDX-License-Identifier: MIT
#include "emulator/agrenting/replays.hpp"

#include "base/text.hpp"
#include "crypto/digest.hpp"
#include "emulator/agrenting/envelope.hpp"
#include "emulator/agrenting/vault.hpp"
#include "emulator/refusal.hpp"

#include <fmt/format.h>

namespace agr::emulator::agrenting {

const std::string_view k_replay_schema = R"sql(
CREATE TABLE IF NOT EXISTS agrenting_replays(
  caller TEXT NOT NULL, key TEXT NOT NULL, fingerprint TEXT NOT NULL, status INTEGER NOT NULL,
  body TEXT NOT NULL, created_at INTEGER NOT NULL, PRIMARY KEY(caller, key)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS agrenting_replays_by_age ON agrenting_replays(created_at);
)sql";

namespace {

constexpr auto k_lifetime = std::chrono::hours(24);

std::optional<std::string_view> key_in(const Request& request) {
  for (const std::string_view name : {"X-Idempotency-Key", "Idempotency-Key"})
    if (const auto key = request.header(name); key && !key->empty())
      return key;
  return std::nullopt;
}

/// The key's hash, or nothing where the rule does not apply.
std::optional<std::string> key_of(const Request& request, const Principal& caller) {
  const bool changes = request.method == "POST" || request.method == "PUT";
  const bool applies = request.path.starts_with("/api/v1/") && !request.path.ends_with("/hire");
  const auto key = key_in(request);
  if (!changes || !applies || caller.role == Role::nobody || !key)
    return std::nullopt;
  return hash_of(*key);
}

std::string fingerprint_of(const Request& request) {
  return hex(crypto::sha256(fmt::format("{} {}\n{}", request.method, request.path, request.body)));
}

std::string place_of(const std::string& key) {
  return "replay/" + key;
}

/// However many there were, each new one makes room for itself.
Result<void> forget_expired(Turn& turn) {
  return turn.db()
      .run("DELETE FROM agrenting_replays WHERE created_at <= ?", {to_cell(turn.now - k_lifetime)})
      .map([](int) {});
}

/// An answer may hold a key that is shown only once, so it is sealed.
Result<void> keep(Turn& turn, const Request& request, const Principal& caller, const Response& response) {
  const auto key = key_of(request, caller);
  if (!key)
    return {};
  AGR_TRY(forget_expired(turn));
  AGR_TRY_ASSIGN(const std::string sealed, seal(turn, place_of(*key), response.body));
  AGR_TRY(turn.db().run(
      "INSERT OR REPLACE INTO agrenting_replays(caller, key, fingerprint, status, body, "
      "created_at) VALUES(?, ?, ?, ?, ?, ?)",
      {caller.id, *key, fingerprint_of(request), std::int64_t{response.status}, sealed, to_cell(turn.now)}));
  return {};
}

} // namespace

Result<void> check_not_under_way(Turn& turn, const Call& call) {
  const auto key = key_in(call.request);
  if (!key || call.request.method == "GET")
    return {};
  for (const auto& [id, visit] : turn.world.transit().late_requests)
    if (visit.who && visit.who->id == call.caller.id && key_in(visit.request) == key)
      return refuse(409, "IDEMPOTENCY_PENDING",
                    "The first request with this idempotency key is still running");
  return {};
}

Result<std::optional<Response>> earlier_answer(Turn& turn, const Call& call) {
  const auto key = key_of(call.request, call.caller);
  if (!key)
    return std::nullopt;
  AGR_TRY_ASSIGN(
      const auto row,
      turn.db().first("SELECT * FROM agrenting_replays WHERE caller = ? AND key = ? AND created_at > ?",
                      {call.caller.id, *key, to_cell(turn.now - k_lifetime)}));
  if (!row)
    return std::nullopt;
  AGR_TRY_ASSIGN(const Settings settings, settings_of(turn));
  if (row->text("fingerprint") != fingerprint_of(call.request))
    return fail(key_reused(settings));
  AGR_TRY_ASSIGN(std::string body, unseal(turn.world, place_of(*key), row->text("body")));
  return text_response(static_cast<int>(row->integer("status")), "application/json; charset=utf-8",
                       std::move(body));
}

Result<void> remember_answer(Turn& turn, const Call& call, const Response& response) {
  return response.status < 300 ? keep(turn, call.request, call.caller, response) : Result<void>{};
}

Result<void> remember_failure(Turn& turn, const Request& request, const Error& error,
                              const Response& response) {
  const int status = response.status;
  const bool is_last_word = is_refusal(error) && (status == 400 || status == 404 || status == 422);
  if (!is_last_word || error.code == "IDEMPOTENCY_MISMATCH")
    return {};
  const auto caller = recognise(turn, request);
  return caller ? keep(turn, request, *caller, response) : Result<void>{};
}

} // namespace agr::emulator::agrenting
