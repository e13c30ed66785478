// SPDX-License-Identifier: MIT
#pragma once

#include "base/decimal.hpp"
#include "emulator/world.hpp"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace agr::emulator::agrenting {

extern const std::string_view k_credential_schema;

/// The scopes a user token may have, the one that stands for all of them last
/// (docs/wire/agrenting.md, "Scopes").
inline constexpr std::array<std::string_view, 11> k_scopes = {"hire:create",
                                                              "hirings:read",
                                                              "hirings:cancel",
                                                              "balance:read",
                                                              "agents:discover",
                                                              "agents:read",
                                                              "artifacts:read",
                                                              "account:read",
                                                              "account:write",
                                                              "deposits:create",
                                                              "*"};

enum class Role { nobody, user, agent };

/// Who is calling: a person with a token, or an agent with its key or a session token.
struct Principal {
  Role role = Role::nobody;
  std::string id = {};         ///< of the user or the agent
  std::string credential = {}; ///< hash of what was presented
  std::vector<std::string> scopes = {};
  std::optional<Decimal> cap = {}; ///< max_price_per_hire; zero means no paid hire
  bool is_session = false;
  bool is_sandbox = false; ///< by its prefix; twice the share of requests

  [[nodiscard]] bool is_user() const { return role == Role::user; }
  [[nodiscard]] bool is_agent() const { return role == Role::agent; }
  [[nodiscard]] bool may(std::string_view scope) const;
};

/// What a user token allows.
struct Grant {
  std::string name;
  std::vector<std::string> scopes = {"*"};
  std::optional<Decimal> cap = {};
};

/// Recognises X-API-Key, Api-Key, or Authorization with Bearer, ApiKey, Token or no scheme. Nobody when none
/// is there; refuses (401) what is unknown, revoked or expired.
Result<Principal> recognise(Turn& turn, const Request& request);
/// Refuses with "Token missing required scope: …". Agents need no scopes.
Result<void> require_scope(const Principal& caller, std::string_view scope);
tl::unexpected<Error> unauthorized();

/// "ap_" and 43 characters.
std::string user_token_from(std::string_view bytes);
/// "sk_sandbox_" and 43 characters, for users and agents alike.
std::string sandbox_key_from(std::string_view bytes);
/// 44 characters of standard base64 in which + / and = occur.
std::string agent_key_from(std::string bytes);

Result<void> store_user_token(Turn& turn, std::string_view token, const std::string& user,
                              const Grant& grant);
/// Gives the credential's id.
Result<std::string> store_agent_key(Turn& turn, std::string_view key, const std::string& agent);
/// Whether this is a key of that agent.
Result<bool> is_agent_key(Turn& turn, std::string_view key, const std::string& agent);

struct SessionToken {
  std::string token;
  Time expires_at;
};
Result<SessionToken> open_session(Turn& turn, const std::string& agent);

Result<void> revoke(Turn& turn, const std::string& credential);
Result<void> revoke_sessions(Turn& turn, const std::string& agent);

} // namespace agr::emulator::agrenting
