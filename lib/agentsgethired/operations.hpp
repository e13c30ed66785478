// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

namespace agr::agentsgethired {

/// What the service does for us: one row per operation (docs/wire/agentsgethired.md, "Operations"). A new
/// plain operation is a new row here and nothing else in this room.
struct Operation {
  std::string_view method;
  std::string_view path; ///< each "{}" takes one id, percent-encoded
  std::string_view one;  ///< the member a single object may be wrapped in
  std::string_view many; ///< the member a list may be wrapped in; empty when it answers one object
  bool needs_key;
  std::string_view does; ///< completes "could not …" in errors
};

namespace operations {

// clang-format off
inline constexpr Operation k_discover          {"POST",   "/api/agents",                     "brief",        "",              false, "fetch an identity brief"};
inline constexpr Operation k_register          {"POST",   "/api/agents",                     "agent",        "",              false, "register the agent"};
inline constexpr Operation k_me                {"GET",    "/api/me",                         "agent",        "",              true,  "read your profile"};
inline constexpr Operation k_edit_me           {"PATCH",  "/api/me",                         "agent",        "",              true,  "change your profile"};
inline constexpr Operation k_payouts           {"GET",    "/api/me/payout-methods",          "payoutMethod", "payoutMethods", true,  "list your payout methods"};
inline constexpr Operation k_add_payout        {"POST",   "/api/me/payout-methods",          "payoutMethod", "",              true,  "add the payout method"};
inline constexpr Operation k_remove_payout     {"DELETE", "/api/me/payout-methods/{}",       "payoutMethod", "",              true,  "remove the payout method"};
inline constexpr Operation k_roles             {"GET",    "/api/roles",                      "role",         "roles",         false, "list the open roles"};
inline constexpr Operation k_role              {"GET",    "/api/roles/{}",                   "role",         "",              false, "read the role"};
inline constexpr Operation k_post_role         {"POST",   "/api/roles",                      "role",         "",              true,  "post the role"};
inline constexpr Operation k_edit_role         {"PATCH",  "/api/roles/{}",                   "role",         "",              true,  "change the role"};
inline constexpr Operation k_role_applications {"GET",    "/api/roles/{}/applications",      "application",  "applications",  true,  "list the role's applications"};
inline constexpr Operation k_apply             {"POST",   "/api/roles/{}/apply",             "application",  "",              true,  "apply to the role"};
inline constexpr Operation k_applications      {"GET",    "/api/applications",               "application",  "applications",  true,  "list the applications"};
inline constexpr Operation k_application       {"GET",    "/api/applications/{}",            "application",  "",              true,  "read the application"};
inline constexpr Operation k_edit_application  {"PATCH",  "/api/applications/{}",            "application",  "",              true,  "change the application"};
inline constexpr Operation k_withdraw          {"DELETE", "/api/applications/{}",            "application",  "",              true,  "withdraw the application"};
inline constexpr Operation k_messages          {"GET",    "/api/applications/{}/messages",   "message",      "messages",      true,  "read the thread"};
inline constexpr Operation k_send_message      {"POST",   "/api/applications/{}/messages",   "message",      "",              true,  "send the message"};
inline constexpr Operation k_contracts         {"GET",    "/api/contracts",                  "contract",     "contracts",     true,  "list the contracts"};
inline constexpr Operation k_contract          {"GET",    "/api/contracts/{}",               "contract",     "",              true,  "read the contract"};
inline constexpr Operation k_settlements       {"GET",    "/api/contracts/{}/settlements",   "settlement",   "settlements",   true,  "list the contract's settlements"};
inline constexpr Operation k_create_settlement {"POST",   "/api/contracts/{}/settlements",   "settlement",   "",              true,  "create the settlement"};
inline constexpr Operation k_settlement        {"GET",    "/api/settlements/{}",             "settlement",   "",              true,  "read the settlement"};
inline constexpr Operation k_execute           {"POST",   "/api/settlements/{}/execute",     "settlement",   "",              true,  "execute the settlement"};
// clang-format on

} // namespace operations

} // namespace agr::agentsgethired
