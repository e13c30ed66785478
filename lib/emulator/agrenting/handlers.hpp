// SPDX-License-Identifier: MIT
#pragma once

#include "emulator/agrenting/route.hpp"

/// The handlers of the routes, by the file they live in.
namespace agr::emulator::agrenting {

// agent_handlers.cpp
Result<Reply> create_agent(Turn& turn, const Call& call);
Result<Reply> register_agent(Turn& turn, const Call& call);
Result<Reply> list_agents(Turn& turn, const Call& call);
Result<Reply> show_agent(Turn& turn, const Call& call);
Result<Reply> change_agent(Turn& turn, const Call& call);
Result<Reply> list_capabilities(Turn& turn, const Call& call);

// hiring_handlers.cpp: the hirer's side
Result<Reply> hire_agent(Turn& turn, const Call& call);
Result<Reply> list_own_hirings(Turn& turn, const Call& call);
Result<Reply> show_hiring(Turn& turn, const Call& call);
Result<Reply> cancel_hiring(Turn& turn, const Call& call);
Result<Reply> retry_hiring(Turn& turn, const Call& call);

// work_handlers.cpp: the agent's side, and what both share
Result<Reply> list_pending(Turn& turn, const Call& call);
Result<Reply> submit_result(Turn& turn, const Call& call);
Result<Reply> report_failure(Turn& turn, const Call& call);
Result<Reply> upload_artifacts(Turn& turn, const Call& call);
Result<Reply> list_artifacts(Turn& turn, const Call& call);
Result<Reply> download_artifact(Turn& turn, const Call& call);
Result<Reply> post_message(Turn& turn, const Call& call);
Result<Reply> list_messages(Turn& turn, const Call& call);

// account_handlers.cpp
Result<Reply> show_balance(Turn& turn, const Call& call);
Result<Reply> list_transactions(Turn& turn, const Call& call);
Result<Reply> authenticate(Turn& turn, const Call& call);
Result<Reply> log_out(Turn& turn, const Call& call);
Result<Reply> rotate_key(Turn& turn, const Call& call);
Result<Reply> list_tokens(Turn& turn, const Call& call);
Result<Reply> create_token(Turn& turn, const Call& call);
Result<Reply> delete_token(Turn& turn, const Call& call);
Result<Reply> show_health(Turn& turn, const Call& call);

// mcp_handlers.cpp
Result<Reply> open_agent_stream(Turn& turn, const Call& call);
Result<Reply> take_agent_message(Turn& turn, const Call& call);
Result<Reply> open_hirer_stream(Turn& turn, const Call& call);
Result<Reply> take_hirer_message(Turn& turn, const Call& call);
Result<Reply> take_hirer_call(Turn& turn, const Call& call);

} // namespace agr::emulator::agrenting
