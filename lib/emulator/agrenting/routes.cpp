// SPDX-License-Identifier: MIT
#include "emulator/agrenting/handlers.hpp"

#include <array>

namespace agr::emulator::agrenting {
namespace {

using enum Admits;

constexpr std::array k_routes = {
    // Agents
    Route{"A1", "POST", "/api/v1/agents", user, "", create_agent},
    Route{"A2", "POST", "/api/v1/agents/register", anyone, "", register_agent},
    Route{"A3", "POST", "/api/v1/agents/assign", user, "", assign_agents},
    Route{"A4", "GET", "/api/v1/agents", anyone, "", list_agents},
    Route{"A5", "GET", "/api/v1/agents/discover", user, "agents:discover", list_agents},
    Route{"A6", "GET", "/api/v1/agents/:ref", anyone, "agents:read", show_agent},
    Route{"A7", "PATCH", "/api/v1/agents/:ref", either, "", change_agent},
    Route{"A8", "DELETE", "/api/v1/agents/:ref", either, "", delete_agent},
    Route{"A10", "POST", "/api/v1/agents/:ref/credentials", either, "", add_agent_key},
    Route{"A10", "DELETE", "/api/v1/agents/:ref/credentials/:id", either, "", delete_agent_key},
    Route{"K1", "GET", "/api/v1/capabilities", either, "", list_capabilities},

    // Hirings
    Route{"H1", "POST", "/api/v1/agents/:did/hire", user, "hire:create", hire_agent},
    Route{"H2", "GET", "/api/v1/hirings", user, "hirings:read", list_own_hirings},
    Route{"H4", "GET", "/api/v1/hirings/pending", either, "hirings:read", list_pending},
    Route{"H3", "GET", "/api/v1/hirings/:id", either, "hirings:read", show_hiring},
    Route{"H5", "POST", "/api/v1/hirings/:id/result", agent, "", submit_result},
    Route{"H6", "POST", "/api/v1/hirings/:id/failure", agent, "", report_failure},
    Route{"H7", "POST", "/api/v1/hirings/:id/artifacts", agent, "", upload_artifacts},
    Route{"H8", "GET", "/api/v1/hirings/:id/artifacts", either, "artifacts:read", list_artifacts},
    Route{"H9", "GET", "/api/v1/artifacts/:id/download", either, "artifacts:read", download_artifact},
    Route{"H10", "POST", "/api/v1/hirings/:id/messages", either, "", post_message},
    Route{"H11", "GET", "/api/v1/hirings/:id/messages", either, "hirings:read", list_messages},
    Route{"H12", "POST", "/api/v1/hirings/:id/cancel", user, "hirings:cancel", cancel_hiring},
    Route{"H13", "POST", "/api/v1/hirings/:id/retry", user, "hire:create", retry_hiring},
    Route{"H14", "POST", "/api/v1/hirings/:id/linear_state", agent, "", set_linear_state},
    Route{"H15", "POST", "/api/v1/hirings/:id/linear_comment", agent, "", add_linear_comment},
    Route{"H16", "POST", "/api/v1/hirings/:id/dispute", either, "hirings:cancel", dispute_hiring},

    // Tasks
    Route{"T1", "GET", "/api/v1/tasks", either, "hirings:read", list_tasks},
    Route{"T2", "POST", "/api/v1/tasks", either, "hire:create", create_task},
    Route{"T4", "GET", "/api/v1/tasks/pending", agent, "", list_pending_tasks},
    Route{"T3", "GET", "/api/v1/tasks/:id", either, "hirings:read", show_task},
    Route{"T5", "PUT", "/api/v1/tasks/:id/complete", agent, "", complete_task},
    Route{"T5", "PUT", "/api/v1/tasks/:id/fail", agent, "", fail_task},
    Route{"T6", "POST", "/api/v1/tasks/:id/cancel", either, "hirings:cancel", cancel_task},
    Route{"T7", "POST", "/api/v1/tasks/:id/reassign", either, "hire:create", reassign_task},
    Route{"T8", "POST", "/api/v1/tasks/:id/messages", either, "", message_task},
    Route{"T9", "POST", "/api/v1/tasks/:id/dispute", either, "hirings:cancel", dispute_task},
    Route{"T10", "POST", "/api/v1/tasks/:id/artifacts", agent, "", upload_task_artifacts},
    Route{"T10", "GET", "/api/v1/tasks/:id/artifacts", either, "artifacts:read", list_task_artifacts},
    Route{"T11", "POST", "/api/v1/tasks/:id/payments", either, "hire:create", pay_for_task},
    Route{"T11", "GET", "/api/v1/tasks/:id/payments", either, "balance:read", list_task_payments},
    Route{"T12", "GET", "/api/v1/tasks/:id/timeline", either, "hirings:read", show_timeline},
    Route{"T12", "GET", "/api/v1/tasks/:id/attempts", either, "hirings:read", show_attempts},
    Route{"D1", "POST", "/api/v1/uploads", either, "", upload_document},
    Route{"D2", "POST", "/api/v1/documents", either, "", upload_document},
    Route{"D2", "GET", "/api/v1/documents/:id/download", either, "", download_document},

    // Money
    Route{"L1", "GET", "/api/v1/ledger/balance", either, "balance:read", show_balance},
    Route{"L2", "GET", "/api/v1/ledger/transactions", either, "balance:read", list_transactions},
    Route{"L3", "POST", "/api/v1/ledger/deposit", either, "deposits:create", deposit, Rate::money},
    Route{"L4", "POST", "/api/v1/ledger/withdraw", either, "*", withdraw_money, Rate::withdrawal},
    Route{"L5", "POST", "/api/v1/payments/create-intent", either, "deposits:create", create_intent,
          Rate::money},
    Route{"L6", "GET", "/api/v1/payments/balance", either, "balance:read", show_balance},
    Route{"L6", "GET", "/api/v1/payments/nowpayments/currencies", either, "", list_coins},
    Route{"L6", "GET", "/api/v1/withdrawal-addresses", either, "balance:read", list_withdrawal_addresses},

    // Events
    Route{"W1", "POST", "/api/v1/webhooks", either, "", create_subscription},
    Route{"W2", "GET", "/api/v1/webhooks", either, "", list_subscriptions},
    Route{"W3", "DELETE", "/api/v1/webhooks/:id", either, "", delete_subscription},

    // Credentials
    Route{"U1", "POST", "/api/v1/auth/authenticate", agent, "", authenticate, Rate::login},
    Route{"U2", "DELETE", "/api/v1/auth/logout", agent, "", log_out},
    Route{"U3", "POST", "/api/v1/auth/rotate-key", either, "", rotate_key},
    Route{"U4", "GET", "/api/v1/user/tokens", user, "", list_tokens},
    Route{"U4", "POST", "/api/v1/user/tokens", user, "", create_token},
    Route{"U4", "DELETE", "/api/v1/user/tokens/:id", user, "", delete_token},

    // Controls
    Route{"E1", "GET", "/__emulator/agrenting/settings", anyone, "", show_settings},
    Route{"E1", "PATCH", "/__emulator/agrenting/settings", anyone, "", patch_settings},
    Route{"E2", "POST", "/__emulator/agrenting/hirings/:id/resolve", anyone, "", resolve_hiring},
    Route{"E3", "POST", "/__emulator/agrenting/hirings/:id/pay", anyone, "", pay_for_hiring},
    Route{"E4", "POST", "/__emulator/agrenting/deposits/:id/confirm", anyone, "", confirm_deposit},
    Route{"E5", "GET", "/__emulator/agrenting/hirings/:id/linear", anyone, "", show_issue},
    Route{"E5", "POST", "/__emulator/agrenting/hirings/:id/linear", anyone, "", end_issue},
    Route{"E6", "POST", "/__emulator/agrenting/tasks/:id/resolve", anyone, "", resolve_task},

    // Health
    Route{"S1", "GET", "/health", anyone, "", show_health},
    Route{"S1", "GET", "/api/v1/health", anyone, "", show_health},
    Route{"S2", "GET", "/health/readiness", anyone, "", show_health},
    Route{"S2", "GET", "/api/v1/health/readiness", anyone, "", show_health},

    // MCP
    Route{"M1", "GET", "/mcp/sse", agent, "", open_agent_stream},
    Route{"M2", "POST", "/mcp/messages/:session", agent, "", take_agent_message},
    Route{"M3", "GET", "/mcp/hirer/sse", user, "", open_hirer_stream},
    Route{"M4", "POST", "/mcp/hirer/messages/:session", user, "", take_hirer_message},
    Route{"M5", "POST", "/mcp/hirer", user, "", take_hirer_call},
    Route{"M5", "POST", "/mcp/hirer/sse", user, "", take_hirer_call},
};

} // namespace

std::span<const Route> routes() {
  return k_routes;
}

} // namespace agr::emulator::agrenting
