// SPDX-License-Identifier: MIT
#include "emulator/agentsgethired/credentials.hpp"

#include "base/text.hpp"
#include "emulator/agentsgethired/settings.hpp"

#include <fmt/format.h>

namespace agr::emulator::agentsgethired {
namespace {

constexpr std::string_view k_cookie = "__Host-agentsgethired_session";
constexpr std::chrono::days k_session{30};

tl::unexpected<Error> unauthorized(std::string message) {
  return refuse(401, "unauthorized", std::move(message));
}

std::optional<std::string> bearer_of(std::string_view authorization) {
  const std::size_t space = authorization.find(' ');
  if (space == std::string_view::npos || !iequals(authorization.substr(0, space), "Bearer"))
    return std::nullopt;
  return std::string(trim(authorization.substr(space)));
}

std::optional<std::string> session_of(const Request& request) {
  for (const std::string& pair : split(request.header("Cookie").value_or(""), ';')) {
    const std::string_view cookie = trim(pair);
    if (cookie.starts_with(k_cookie) && cookie.substr(k_cookie.size()).starts_with('='))
      return std::string(cookie.substr(k_cookie.size() + 1));
  }
  return std::nullopt;
}

Result<std::optional<Party>> party_in_session(Turn& turn, std::string_view token) {
  AGR_TRY_ASSIGN(const auto row, turn.db().first("SELECT party_type, party_id FROM ah_sessions "
                                                 "WHERE token_hash = ? AND expires_at > ?",
                                                 {hash_of(token), to_cell(turn.now)}));
  if (!row)
    return std::nullopt;
  return Party{row->text("party_type"), row->text("party_id")};
}

Result<std::optional<Party>> party_behind(Turn& turn, const Request& request) {
  if (const auto authorization = request.header("Authorization")) {
    const auto key = bearer_of(*authorization);
    return key ? agent_with_key(turn, *key) : std::nullopt;
  }
  const auto token = session_of(request);
  return token ? party_in_session(turn, *token) : std::nullopt;
}

Result<Party> by_key(Turn& turn, std::string_view authorization) {
  const auto key = bearer_of(authorization);
  if (!key)
    return unauthorized("send the key as \"Authorization: Bearer ah_…\"");
  AGR_TRY_ASSIGN(auto agent, agent_with_key(turn, *key));
  if (!agent)
    return unauthorized("the API key is not valid");
  AGR_TRY(turn.db().run("UPDATE ah_agents SET last_active = ? WHERE id = ?", {to_cell(turn.now), agent->id}));
  return *agent;
}

std::string key_from(std::string_view kind, std::string_view bytes) {
  const std::string digits = hex(bytes);
  return fmt::format("{}_emulator{}_{}", kind, digits.substr(0, 8), digits.substr(8, 40));
}

Header cookie(std::string_view value, std::chrono::seconds age) {
  return {"Set-Cookie", fmt::format("{}={}; Path=/; Max-Age={}; Secure; HttpOnly; SameSite=Lax", k_cookie,
                                    value, age.count())};
}

} // namespace

std::string api_key_from(std::string_view bytes) {
  return key_from("ah", bytes);
}

std::string central_key_from(std::string_view bytes) {
  return key_from("ai", bytes);
}

Result<void> add_central_key(Turn& turn, std::string_view agent_id, std::string_view key) {
  AGR_TRY(turn.db().run("INSERT INTO ah_central_keys(key_hash, agent_id) VALUES(?, ?)",
                        {hash_of(key), std::string(agent_id)}));
  return {};
}

Result<std::optional<Party>> agent_with_key(Turn& turn, std::string_view api_key) {
  AGR_TRY_ASSIGN(const Settings settings, settings_of(turn));
  if (settings.era == "proxy")
    return forbidden("keys are not taken here any more: calls come through the central proxy");
  if (!settings.honours(api_key))
    return std::nullopt;
  AGR_TRY_ASSIGN(
      const auto row,
      turn.db().first("SELECT id FROM ah_agents WHERE key_hash = ?1 OR (deleted_at IS NULL AND id IN "
                      "(SELECT agent_id FROM ah_central_keys WHERE key_hash = ?1))",
                      {hash_of(api_key)}));
  if (!row)
    return std::nullopt;
  return Party{"agent", row->text("id")};
}

Result<Party> authenticate(Turn& turn, const Request& request) {
  if (const auto authorization = request.header("Authorization"))
    return by_key(turn, *authorization);
  const auto token = session_of(request);
  if (!token)
    return unauthorized("this needs an API key");
  AGR_TRY_ASSIGN(auto party, party_in_session(turn, *token));
  if (!party)
    return unauthorized("the session is over");
  return *party;
}

Result<std::optional<Who>> who_asks(Turn& turn, const Request& request) {
  AGR_TRY_ASSIGN(const auto party, party_behind(turn, request));
  return party ? std::optional(Who{party->type, party->id}) : std::nullopt;
}

Result<Header> begin_session(Turn& turn, const Party& party) {
  AGR_TRY_ASSIGN(const std::string bytes, turn.world.fresh_bytes());
  const std::string token = base64url(bytes);
  AGR_TRY(turn.db().run(
      "INSERT INTO ah_sessions(token_hash, party_type, party_id, expires_at) VALUES(?, ?, ?, ?)",
      {hash_of(token), party.type, party.id, to_cell(turn.now + k_session)}));
  return cookie(token, k_session);
}

Result<Header> end_session(Turn& turn, const Request& request) {
  if (const auto token = session_of(request))
    AGR_TRY(turn.db().run("DELETE FROM ah_sessions WHERE token_hash = ?", {hash_of(*token)}));
  return cookie("", std::chrono::seconds{0});
}

} // namespace agr::emulator::agentsgethired
