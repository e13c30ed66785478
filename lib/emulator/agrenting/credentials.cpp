// SPDX-License-Identifier: MIT
#include "emulator/agrenting/credentials.hpp"

#include "base/text.hpp"
#include "crypto/digest.hpp"
#include "emulator/refusal.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace agr::emulator::agrenting {

const std::string_view k_credential_schema = R"sql(
CREATE TABLE IF NOT EXISTS agrenting_credentials(
  hash TEXT PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, owner TEXT NOT NULL,
  name TEXT NOT NULL DEFAULT '', scopes TEXT NOT NULL DEFAULT '', cap TEXT,
  created_at INTEGER NOT NULL, expires_at INTEGER);
CREATE INDEX IF NOT EXISTS agrenting_credentials_by_owner ON agrenting_credentials(owner, kind);
CREATE INDEX IF NOT EXISTS agrenting_credentials_by_end ON agrenting_credentials(expires_at)
  WHERE expires_at IS NOT NULL;
)sql";

namespace {

constexpr std::string_view k_sandbox_prefix = "sk_sandbox_";
constexpr auto k_session_lifetime = std::chrono::hours(24);

/// "Bearer x", "ApiKey x", "Token x" or just "x".
std::string_view without_scheme(std::string_view authorization) {
  const std::size_t space = authorization.find(' ');
  if (space == std::string_view::npos)
    return authorization;
  const std::string_view scheme = authorization.substr(0, space);
  const bool known = iequals(scheme, "Bearer") || iequals(scheme, "ApiKey") || iequals(scheme, "Token");
  return known ? trim(authorization.substr(space + 1)) : authorization;
}

std::string_view presented(const Request& request) {
  for (const std::string_view name : {"X-API-Key", "Api-Key"})
    if (const auto value = request.header(name))
      return trim(*value);
  return without_scheme(trim(request.header("Authorization").value_or("")));
}

Principal principal_from(const store::Row& row) {
  Principal principal;
  const std::string kind = row.text("kind");
  principal.role = kind == "user" ? Role::user : Role::agent;
  principal.is_session = kind == "session";
  principal.id = row.text("owner");
  principal.credential = row.text("hash");
  principal.scopes = split(row.text("scopes"), ' ');
  if (const auto cap = row.maybe_text("cap"))
    principal.cap = Decimal::parse(*cap).value_or(Decimal());
  return principal;
}

Result<std::string> store_credential(Turn& turn, std::string_view credential, std::string_view kind,
                                     const std::string& owner, const Grant& grant,
                                     std::optional<Time> expires_at) {
  AGR_TRY_ASSIGN(const std::string id, turn.world.fresh_uuid());
  const store::Cell cap = grant.cap ? store::Cell(grant.cap->money()) : store::Cell(nullptr);
  const store::Cell expiry = expires_at ? store::Cell(to_cell(*expires_at)) : store::Cell(nullptr);
  AGR_TRY(turn.db().run(
      "INSERT INTO agrenting_credentials(hash, id, kind, owner, name, scopes, cap, created_at, expires_at) "
      "VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)",
      {hash_of(credential), id, std::string(kind), owner, grant.name, join(grant.scopes, " "), cap,
       to_cell(turn.now), expiry}));
  return id;
}

} // namespace

bool Principal::may(std::string_view scope) const {
  return std::any_of(scopes.begin(), scopes.end(),
                     [&](const std::string& own) { return own == "*" || own == scope; });
}

tl::unexpected<Error> unauthorized() {
  return refuse(401, "UNAUTHORIZED", "Missing or invalid authentication");
}

Result<Principal> recognise(Turn& turn, const Request& request) {
  const std::string_view credential = presented(request);
  if (credential.empty())
    return Principal{};
  AGR_TRY_ASSIGN(const auto row, turn.db().first("SELECT * FROM agrenting_credentials WHERE hash = ? "
                                                 "AND (expires_at IS NULL OR expires_at > ?)",
                                                 {hash_of(credential), to_cell(turn.now)}));
  if (!row)
    return unauthorized();
  Principal principal = principal_from(*row);
  principal.is_sandbox = credential.starts_with(k_sandbox_prefix);
  return principal;
}

Result<void> require_scope(const Principal& caller, std::string_view scope) {
  if (caller.is_user() && !scope.empty() && !caller.may(scope))
    return refuse(403, "FORBIDDEN", fmt::format("Token missing required scope: {}", scope));
  return {};
}

std::string user_token_from(std::string_view bytes) {
  return "ap_" + base64url(bytes);
}

std::string sandbox_key_from(std::string_view bytes) {
  return std::string(k_sandbox_prefix) + base64url(bytes);
}

std::string agent_key_from(std::string bytes) {
  for (;; bytes = crypto::sha256(bytes)) {
    std::string key = base64(bytes);
    if (key.find('+') != std::string::npos && key.find('/') != std::string::npos)
      return key;
  }
}

Result<void> store_user_token(Turn& turn, std::string_view token, const std::string& user,
                              const Grant& grant) {
  return store_credential(turn, token, "user", user, grant, std::nullopt).map([](const auto&) {});
}

Result<std::string> store_agent_key(Turn& turn, std::string_view key, const std::string& agent) {
  return store_credential(turn, key, "agent", agent, {"agent key", {}}, std::nullopt);
}

Result<bool> is_agent_key(Turn& turn, std::string_view key, const std::string& agent) {
  return turn.db()
      .first("SELECT 1 FROM agrenting_credentials WHERE hash = ? AND owner = ? AND kind = 'agent'",
             {hash_of(key), agent})
      .map([](const auto& row) { return row.has_value(); });
}

Result<SessionToken> open_session(Turn& turn, const std::string& agent) {
  AGR_TRY(turn.db().run("DELETE FROM agrenting_credentials WHERE expires_at <= ?", {to_cell(turn.now)}));
  AGR_TRY_ASSIGN(const std::string bytes, turn.world.fresh_bytes());
  SessionToken session{"sess_" + base64url(bytes), turn.now + k_session_lifetime};
  AGR_TRY(store_credential(turn, session.token, "session", agent, {"session", {}}, session.expires_at));
  return session;
}

Result<void> revoke(Turn& turn, const std::string& credential) {
  AGR_TRY(turn.db().run("DELETE FROM agrenting_credentials WHERE hash = ?", {credential}));
  return {};
}

Result<void> revoke_sessions(Turn& turn, const std::string& agent) {
  AGR_TRY(turn.db().run("DELETE FROM agrenting_credentials WHERE owner = ? AND kind = 'session'", {agent}));
  return {};
}

} // namespace agr::emulator::agrenting
