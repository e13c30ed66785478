// SPDX-License-Identifier: MIT
#include "agrenting/account.hpp"

#include "agrenting/requests.hpp"

#include <array>

namespace agr::agrenting {
namespace {

constexpr std::array<std::string_view, 10> k_claude_code{
    "hire:create", "hirings:read",   "hirings:cancel", "balance:read",  "agents:discover",
    "agents:read", "artifacts:read", "account:read",   "account:write", "deposits:create"};
constexpr std::array<std::string_view, 4> k_monitor{"agents:discover", "agents:read", "hirings:read",
                                                    "balance:read"};

json::Value texts(std::span<const std::string> list) {
  return json::Value(json::Value::Array(list.begin(), list.end()));
}

http::Request remove(const Endpoint& endpoint, const Path& path) {
  http::Request request = get(endpoint, path);
  request.method = "DELETE";
  request.repeat = http::Repeat::never;
  return request;
}

} // namespace

http::Request list_capabilities(const Endpoint& endpoint) {
  return get(endpoint, Path("/capabilities"));
}

http::Request assign_agents(const Endpoint& endpoint, std::span<const Claim> claims) {
  json::Value agents = json::Value::array();
  for (const Claim& claim : claims)
    agents.push(json::Value::object({{"agent_id", claim.id}, {"api_key", claim.api_key.reveal()}}));
  return post(endpoint, Path("/agents/assign"), json::Value::object({{"agents", std::move(agents)}}));
}

http::Request rotate_key(const Endpoint& session) {
  return post(session, Path("/auth/rotate-key"));
}

http::Request deposit(const Endpoint& endpoint, const Deposit& deposit, std::string_view key) {
  json::Value body = json::Value::object();
  if (deposit.amount)
    body.set("amount", *deposit.amount);
  body.set("currency", deposit.currency);
  body.set("payment_method", "crypto");
  return with_key(post(endpoint, Path("/ledger/deposit"), body), key);
}

http::Request withdrawal_addresses(const Endpoint& endpoint) {
  return get(endpoint, Path("/withdrawal-addresses"));
}

json::Value withdraw_body(Decimal amount, std::string_view currency, std::string_view address_id) {
  return json::Value::object(
      {{"amount", amount}, {"currency", currency}, {"withdrawal_address_id", address_id}});
}

http::Request withdraw(const Endpoint& endpoint, const json::Value& body, std::string_view key) {
  return with_key(post(endpoint, Path("/ledger/withdraw"), body), key);
}

http::Request list_webhooks(const Endpoint& endpoint) {
  return get(endpoint, Path("/webhooks"));
}

http::Request add_webhook(const Endpoint& endpoint, std::string_view url,
                          std::span<const std::string> events) {
  return post(endpoint, Path("/webhooks"),
              json::Value::object({{"callback_url", url}, {"event_types", texts(events)}}));
}

http::Request remove_webhook(const Endpoint& endpoint, std::string_view id) {
  return remove(endpoint, Path("/webhooks").segment(id));
}

http::Request list_tokens(const Endpoint& endpoint) {
  return get(endpoint, Path("/user/tokens"));
}

http::Request create_token(const Endpoint& endpoint, const NewToken& token) {
  json::Value body = json::Value::object({{"name", token.name}, {"scopes", texts(token.scopes)}});
  if (token.expires_in)
    body.set("expires_in", static_cast<long long>(token.expires_in->count() / 1000));
  if (token.max_price_per_hire)
    body.set("max_price_per_hire", *token.max_price_per_hire);
  return post(endpoint, Path("/user/tokens"), body);
}

http::Request revoke_token(const Endpoint& endpoint, std::string_view id) {
  return remove(endpoint, Path("/user/tokens").segment(id));
}

std::span<const std::string_view> scopes_of_preset(std::string_view preset) {
  if (preset == "claude-code")
    return k_claude_code;
  if (preset == "monitor")
    return k_monitor;
  return {};
}

http::Request set_linear_state(const Endpoint& endpoint, std::string_view hiring_id, std::string_view state) {
  return post(endpoint, Path("/hirings").segment(hiring_id).then("/linear_state"),
              json::Value::object({{"state_name", state}}));
}

http::Request comment_in_linear(const Endpoint& endpoint, std::string_view hiring_id, std::string_view body) {
  return post(endpoint, Path("/hirings").segment(hiring_id).then("/linear_comment"),
              json::Value::object({{"body", body}}));
}

} // namespace agr::agrenting
