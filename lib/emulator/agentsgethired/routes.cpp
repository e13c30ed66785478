// SPDX-License-Identifier: MIT
// The marketplace in one table: 43 operations, who may call each, and the way every request takes.
#include "base/text.hpp"
#include "emulator/agentsgethired/credentials.hpp"
#include "emulator/agentsgethired/idempotency.hpp"
#include "emulator/agentsgethired/marketplace.hpp"
#include "emulator/agentsgethired/operations.hpp"
#include "emulator/agentsgethired/registration.hpp"
#include "emulator/agentsgethired/schema.hpp"
#include "emulator/agentsgethired/variants.hpp"

#include <array>

namespace agr::emulator::agentsgethired {
namespace {

constexpr std::size_t k_largest_body = std::size_t{256} << 10;

enum class Access {
  anyone,
  agent,
  buyer,
  member, ///< an agent or a buyer
};

struct Route {
  std::string_view method;
  std::string_view pattern;
  Access access;
  Operation* operation;
};

constexpr auto k_routes = std::to_array<Route>({
    {"POST", "/api/agents", Access::anyone, register_agent},
    {"POST", "/api/session", Access::anyone, open_session},
    {"DELETE", "/api/session", Access::member, close_session},
    {"GET", "/api/me", Access::agent, show_me},
    {"PATCH", "/api/me", Access::agent, change_me},
    {"DELETE", "/api/me", Access::agent, delete_me},

    {"GET", "/api/me/payout-methods", Access::agent, list_payout_methods},
    {"POST", "/api/me/payout-methods", Access::agent, add_payout_method},
    {"PATCH", "/api/me/payout-methods/:method", Access::agent, change_payout_method},
    {"DELETE", "/api/me/payout-methods/:method", Access::agent, remove_payout_method},

    {"POST", "/api/buyers/session/request", Access::anyone, request_magic_link},
    {"POST", "/api/buyers/session/verify", Access::anyone, verify_magic_link},
    {"GET", "/api/buyers/me", Access::buyer, show_own_buyer},
    {"PATCH", "/api/buyers/me", Access::buyer, change_own_buyer},
    {"GET", "/api/buyers/:id", Access::anyone, show_buyer},
    {"GET", "/api/buyers/:id/reviews", Access::anyone, list_buyer_reviews},

    {"GET", "/api/roles", Access::anyone, list_roles},
    {"GET", "/api/roles/:id", Access::anyone, show_role},
    {"POST", "/api/roles", Access::member, post_role},
    {"PATCH", "/api/roles/:id", Access::member, change_role},
    {"DELETE", "/api/roles/:id", Access::member, delete_role},
    {"GET", "/api/roles/:id/applications", Access::member, list_role_applications},
    {"POST", "/api/roles/:id/apply", Access::agent, apply_to_role},

    {"GET", "/api/applications", Access::member, list_applications},
    {"GET", "/api/applications/:id", Access::member, show_application},
    {"PATCH", "/api/applications/:id", Access::member, change_application},
    {"DELETE", "/api/applications/:id", Access::member, withdraw_application},
    {"GET", "/api/applications/:id/messages", Access::member, list_messages},
    {"POST", "/api/applications/:id/messages", Access::member, send_message},
    {"POST", "/api/applications/:id/review", Access::member, review_application},

    {"GET", "/api/contracts", Access::member, list_contracts},
    {"GET", "/api/contracts/:id", Access::member, show_contract},
    {"GET", "/api/contracts/:id/settlements", Access::member, list_settlements},
    {"POST", "/api/contracts/:id/review", Access::member, review_contract},
    {"POST", "/api/contracts/:id/settlements", Access::member, add_settlement},
    {"GET", "/api/settlements/:id", Access::member, show_settlement},
    {"PATCH", "/api/settlements/:id", Access::member, change_settlement},
    {"POST", "/api/settlements/:id/execute", Access::member, execute_settlement},

    {"GET", "/api/browse", Access::member, browse_agents},
    {"GET", "/api/agents/:id/reviews", Access::anyone, list_agent_reviews},
    {"GET", "/api/stats", Access::member, show_stats},
    {"GET", "/api/skill", Access::anyone, show_skill},
    {"GET", "/api/quickstart", Access::anyone, show_quickstart},

    {"GET", "/__emulator/agentsgethired/settings", Access::anyone, show_settings},
    {"PATCH", "/__emulator/agentsgethired/settings", Access::anyone, patch_settings},
    {"GET", "/__emulator/agentsgethired/magic-links", Access::anyone, list_magic_links},
    {"POST", "/__emulator/agentsgethired/buyer-sessions", Access::anyone, begin_buyer_session},
    {"POST", "/__emulator/agentsgethired/keys", Access::anyone, mint_central_key},
    {"POST", "/__emulator/agentsgethired/contracts/:id/cancel", Access::anyone, cancel_contract},
});

json::Value error_body(std::string_view message, std::string_view code) {
  return json::Value::object({{"error", message}, {"code", code}});
}

Response no_such_route(const std::vector<std::string>& allowed) {
  if (allowed.empty())
    return json_response(404, error_body("Not found", "not_found"));
  Response response = json_response(405, error_body("Method not allowed", "method_not_allowed"));
  response.headers.push_back({"Allow", join(allowed, ", ")});
  return response;
}

Result<void> admit(Call& call, Access access) {
  if (access == Access::anyone)
    return {};
  AGR_TRY_ASSIGN(call.caller, authenticate(call.turn, call.request));
  const std::string_view expected = access == Access::agent   ? "agent"
                                    : access == Access::buyer ? "buyer"
                                                              : "";
  if (!expected.empty() && call.caller.type != expected)
    return forbidden(std::string("only an ") + std::string(expected) + " may do this");
  return {};
}

Result<Response> serve(Call& call, const Route& route, const Settings& settings) {
  AGR_TRY(admit(call, route.access));
  AGR_TRY(count_request(call, settings));
  AGR_TRY_ASSIGN(auto earlier, replay(call));
  if (earlier)
    return std::move(*earlier);
  AGR_TRY_ASSIGN(Response response, route.operation(call));
  AGR_TRY(remember(call, response));
  return response;
}

Result<Reply> handle(Turn& turn, const Request& request) {
  if (request.body.size() > k_largest_body)
    return refuse(413, "body_too_large", "the body is larger than 256 KiB");
  AGR_TRY_ASSIGN(const Settings settings, settings_of(turn));
  if (auto elsewhere = other_host(request, settings))
    return std::move(*elsewhere);
  auto match = find_route<Route>(k_routes, request.method, request.path);
  if (match.route == nullptr)
    return no_such_route(match.allowed);
  Call call{turn, request, std::move(match.params), Params::from_query(request.query)};
  AGR_TRY_ASSIGN(Response response, serve(call, *match.route, settings));
  return in_wanted_form(std::move(response), settings);
}

Result<Response> explain(Turn&, const Request&, const Error& error) {
  if (!is_refusal(error))
    return json_response(500, error_body(error.message, "internal"));
  Response response = json_response(*error.http_status, error_body(error.message, lower(error.code)));
  if (error.retry_after)
    response.headers.push_back(
        {"Retry-After", std::to_string(std::chrono::ceil<std::chrono::seconds>(*error.retry_after).count())});
  return response;
}

bool owns(std::string_view path) {
  return (path.starts_with("/api/") && !path.starts_with("/api/v1/")) ||
         path.starts_with("/__emulator/agentsgethired/");
}

// Nothing here dies with a connection, waits for a moment or for an answer from outside.
Result<void> resume(Turn&) {
  return {};
}
Result<void> on_timer(Turn&, const Timer&) {
  return {};
}
Result<void> on_event(Turn&, const Event&) {
  return {};
}

} // namespace

const Marketplace k_marketplace = {
    .name = "agentsgethired",
    .schemas = schemas(),
    .invariants = invariants(),
    .audits = audits(),
    .seed = seed_agents,
    .resume = resume,
    .owns = owns,
    .handle = handle,
    .explain = explain,
    .on_timer = on_timer,
    .questions = {},
    .on_event = on_event,
    .describe = describe_agents,
    .who = who_asks,
};

} // namespace agr::emulator::agentsgethired
