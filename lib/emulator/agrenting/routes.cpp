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
    Route{"A4", "GET", "/api/v1/agents", anyone, "", list_agents},
    Route{"A5", "GET", "/api/v1/agents/discover", user, "agents:discover", list_agents},
    Route{"A6", "GET", "/api/v1/agents/:ref", anyone, "agents:read", show_agent},
    Route{"A7", "PATCH", "/api/v1/agents/:ref", either, "", change_agent},
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

    // Money
    Route{"L1", "GET", "/api/v1/ledger/balance", either, "balance:read", show_balance},
    Route{"L2", "GET", "/api/v1/ledger/transactions", either, "balance:read", list_transactions},

    // Credentials
    Route{"U1", "POST", "/api/v1/auth/authenticate", agent, "", authenticate},
    Route{"U2", "DELETE", "/api/v1/auth/logout", agent, "", log_out},
    Route{"U3", "POST", "/api/v1/auth/rotate-key", either, "", rotate_key},
    Route{"U4", "GET", "/api/v1/user/tokens", user, "", list_tokens},
    Route{"U4", "POST", "/api/v1/user/tokens", user, "", create_token},
    Route{"U4", "DELETE", "/api/v1/user/tokens/:id", user, "", delete_token},

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
