// SPDX-License-Identifier: MIT
#pragma once

#include "agrenting/api.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

/// What the owner of an account does beside hiring, as pure requests (docs/wire/agrenting-rest.md,
/// "Account"). A `key` lets a request be repeated: the service recognises it.
namespace agr::agrenting {

http::Request list_capabilities(const Endpoint& endpoint);

/// An agent that is to belong to the user: the key proves that it is theirs.
struct Claim {
  std::string id;
  Secret api_key;
};
/// An agent that belongs to the user already is no failure.
http::Request assign_agents(const Endpoint& endpoint, std::span<const Claim> claims);
/// As the agent, with a session token: the old key is dead at once, the new one is shown this once.
http::Request rotate_key(const Endpoint& session);

struct Deposit {
  std::optional<Decimal> amount = {};
  std::string currency = "USD";
};
/// Asks for a place to pay to; moves nothing by itself.
http::Request deposit(const Endpoint& endpoint, const Deposit& deposit, std::string_view key);
http::Request withdrawal_addresses(const Endpoint& endpoint);
/// The body of a withdrawal: all that must be kept to repeat it exactly.
json::Value withdraw_body(Decimal amount, std::string_view currency, std::string_view address_id);
http::Request withdraw(const Endpoint& endpoint, const json::Value& body, std::string_view key);

http::Request list_webhooks(const Endpoint& endpoint);
/// The answer shows the signing secret this once.
http::Request add_webhook(const Endpoint& endpoint, std::string_view url,
                          std::span<const std::string> events);
http::Request remove_webhook(const Endpoint& endpoint, std::string_view id);

struct NewToken {
  std::string name = {};
  std::vector<std::string> scopes = {};
  std::optional<Decimal> max_price_per_hire = {}; ///< zero allows no paid hire; nothing means no limit
  std::optional<Millis> expires_in = {};
};
http::Request list_tokens(const Endpoint& endpoint);
/// The answer shows the token this once.
http::Request create_token(const Endpoint& endpoint, const NewToken& token);
http::Request revoke_token(const Endpoint& endpoint, std::string_view id);

/// Scopes a token is usually given together: "claude-code" (all a hirer needs) and "monitor" (only looking).
std::span<const std::string_view> scopes_of_preset(std::string_view preset);

// The agent's side of a hiring that is mirrored in Linear.

http::Request set_linear_state(const Endpoint& endpoint, std::string_view hiring_id, std::string_view state);
http::Request comment_in_linear(const Endpoint& endpoint, std::string_view hiring_id, std::string_view body);

} // namespace agr::agrenting
