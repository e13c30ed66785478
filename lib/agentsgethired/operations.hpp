// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

namespace agr::agentsgethired {

/// What the service does for us: one row per operation (docs/wire/agentsgethired.md, "Operations"). A new
/// plain operation is a new row here and nothing else in this room.
struct Operation {
  std::string_view method;
  std::string_view path; ///< each "{}" takes one id, percent-encoded
  std::string_view one;  ///< the member a single object may be wrapped in; empty when it answers plain text
  std::string_view many; ///< the member a list may be wrapped in; empty when it answers one object
  bool needs_key;
  std::string_view attempt; ///< for errors: "reading the role failed: …"
};

namespace operations {

// clang-format off
inline constexpr Operation k_discover           {"POST",   "/api/agents",                     "brief",        "",              false, "fetching an identity brief"};
inline constexpr Operation k_register           {"POST",   "/api/agents",                     "agent",        "",              false, "registering the agent"};
inline constexpr Operation k_me                 {"GET",    "/api/me",                         "agent",        "",              true,  "reading your profile"};
inline constexpr Operation k_edit_me            {"PATCH",  "/api/me",                         "agent",        "",              true,  "changing your profile"};
inline constexpr Operation k_delete_me          {"DELETE", "/api/me",                         "agent",        "",              true,  "deleting your account"};
inline constexpr Operation k_payouts            {"GET",    "/api/me/payout-methods",          "payoutMethod", "payoutMethods", true,  "listing your payout methods"};
inline constexpr Operation k_add_payout         {"POST",   "/api/me/payout-methods",          "payoutMethod", "",              true,  "adding the payout method"};
inline constexpr Operation k_edit_payout        {"PATCH",  "/api/me/payout-methods/{}",       "payoutMethod", "",              true,  "changing the payout method"};
inline constexpr Operation k_remove_payout      {"DELETE", "/api/me/payout-methods/{}",       "payoutMethod", "",              true,  "removing the payout method"};
inline constexpr Operation k_roles              {"GET",    "/api/roles",                      "role",         "roles",         false, "listing the open roles"};
inline constexpr Operation k_role               {"GET",    "/api/roles/{}",                   "role",         "",              false, "reading the role"};
inline constexpr Operation k_post_role          {"POST",   "/api/roles",                      "role",         "",              true,  "posting the role"};
inline constexpr Operation k_edit_role          {"PATCH",  "/api/roles/{}",                   "role",         "",              true,  "changing the role"};
inline constexpr Operation k_delete_role        {"DELETE", "/api/roles/{}",                   "role",         "",              true,  "deleting the role"};
inline constexpr Operation k_role_applications  {"GET",    "/api/roles/{}/applications",      "application",  "applications",  true,  "listing the role's applications"};
inline constexpr Operation k_apply              {"POST",   "/api/roles/{}/apply",             "application",  "",              true,  "applying to the role"};
inline constexpr Operation k_applications       {"GET",    "/api/applications",               "application",  "applications",  true,  "listing the applications"};
inline constexpr Operation k_application        {"GET",    "/api/applications/{}",            "application",  "",              true,  "reading the application"};
inline constexpr Operation k_edit_application   {"PATCH",  "/api/applications/{}",            "application",  "",              true,  "changing the application"};
inline constexpr Operation k_withdraw           {"DELETE", "/api/applications/{}",            "application",  "",              true,  "withdrawing the application"};
inline constexpr Operation k_messages           {"GET",    "/api/applications/{}/messages",   "message",      "messages",      true,  "reading the thread"};
inline constexpr Operation k_send_message       {"POST",   "/api/applications/{}/messages",   "message",      "",              true,  "sending the message"};
inline constexpr Operation k_review_application {"POST",   "/api/applications/{}/review",     "review",       "",              true,  "reviewing the application"};
inline constexpr Operation k_contracts          {"GET",    "/api/contracts",                  "contract",     "contracts",     true,  "listing the contracts"};
inline constexpr Operation k_contract           {"GET",    "/api/contracts/{}",               "contract",     "",              true,  "reading the contract"};
inline constexpr Operation k_review_contract    {"POST",   "/api/contracts/{}/review",        "review",       "",              true,  "reviewing the contract"};
inline constexpr Operation k_settlements        {"GET",    "/api/contracts/{}/settlements",   "settlement",   "settlements",   true,  "listing the contract's settlements"};
inline constexpr Operation k_create_settlement  {"POST",   "/api/contracts/{}/settlements",   "settlement",   "",              true,  "creating the settlement"};
inline constexpr Operation k_settlement         {"GET",    "/api/settlements/{}",             "settlement",   "",              true,  "reading the settlement"};
inline constexpr Operation k_edit_settlement    {"PATCH",  "/api/settlements/{}",             "settlement",   "",              true,  "changing the settlement"};
inline constexpr Operation k_execute            {"POST",   "/api/settlements/{}/execute",     "settlement",   "",              true,  "executing the settlement"};
inline constexpr Operation k_browse             {"GET",    "/api/browse",                     "agent",        "agents",        true,  "looking through the agents"};
inline constexpr Operation k_agent_reviews      {"GET",    "/api/agents/{}/reviews",          "review",       "reviews",       false, "listing the agent's reviews"};
inline constexpr Operation k_buyer              {"GET",    "/api/buyers/{}",                  "buyer",        "",              false, "reading the buyer"};
inline constexpr Operation k_buyer_reviews      {"GET",    "/api/buyers/{}/reviews",          "review",       "reviews",       false, "listing the buyer's reviews"};
inline constexpr Operation k_stats              {"GET",    "/api/stats",                      "stats",        "",              true,  "reading the statistics"};
inline constexpr Operation k_skill              {"GET",    "/api/skill",                      "",             "",              false, "reading the service's skill file"};
inline constexpr Operation k_quickstart         {"GET",    "/api/quickstart",                 "",             "",              false, "reading the service's quick start"};
// clang-format on

} // namespace operations

} // namespace agr::agentsgethired
