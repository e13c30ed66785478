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
Result<Reply> dispute_hiring(Turn& turn, const Call& call);

// work_handlers.cpp: the agent's side, and what both share
Result<Reply> list_pending(Turn& turn, const Call& call);
Result<Reply> submit_result(Turn& turn, const Call& call);
Result<Reply> report_failure(Turn& turn, const Call& call);
Result<Reply> upload_artifacts(Turn& turn, const Call& call);
Result<Reply> list_artifacts(Turn& turn, const Call& call);
Result<Reply> download_artifact(Turn& turn, const Call& call);
Result<Reply> post_message(Turn& turn, const Call& call);
Result<Reply> list_messages(Turn& turn, const Call& call);
Result<Reply> set_linear_state(Turn& turn, const Call& call);
Result<Reply> add_linear_comment(Turn& turn, const Call& call);

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

// money_handlers.cpp
Result<Reply> deposit(Turn& turn, const Call& call);
Result<Reply> create_intent(Turn& turn, const Call& call);
Result<Reply> withdraw_money(Turn& turn, const Call& call);
Result<Reply> list_coins(Turn& turn, const Call& call);
Result<Reply> list_withdrawal_addresses(Turn& turn, const Call& call);

// owner_handlers.cpp
Result<Reply> assign_agents(Turn& turn, const Call& call);
Result<Reply> delete_agent(Turn& turn, const Call& call);
Result<Reply> add_agent_key(Turn& turn, const Call& call);
Result<Reply> delete_agent_key(Turn& turn, const Call& call);
Result<Reply> create_subscription(Turn& turn, const Call& call);
Result<Reply> list_subscriptions(Turn& turn, const Call& call);
Result<Reply> delete_subscription(Turn& turn, const Call& call);

// task_handlers.cpp
Result<Reply> create_task(Turn& turn, const Call& call);
Result<Reply> list_tasks(Turn& turn, const Call& call);
Result<Reply> list_pending_tasks(Turn& turn, const Call& call);
Result<Reply> show_task(Turn& turn, const Call& call);
Result<Reply> complete_task(Turn& turn, const Call& call);
Result<Reply> fail_task(Turn& turn, const Call& call);
Result<Reply> cancel_task(Turn& turn, const Call& call);
Result<Reply> reassign_task(Turn& turn, const Call& call);
Result<Reply> message_task(Turn& turn, const Call& call);
Result<Reply> dispute_task(Turn& turn, const Call& call);
Result<Reply> upload_task_artifacts(Turn& turn, const Call& call);
Result<Reply> list_task_artifacts(Turn& turn, const Call& call);
Result<Reply> pay_for_task(Turn& turn, const Call& call);
Result<Reply> list_task_payments(Turn& turn, const Call& call);
Result<Reply> show_timeline(Turn& turn, const Call& call);
Result<Reply> show_attempts(Turn& turn, const Call& call);
Result<Reply> upload_document(Turn& turn, const Call& call);
Result<Reply> download_document(Turn& turn, const Call& call);

// control_handlers.cpp
Result<Reply> show_settings(Turn& turn, const Call& call);
Result<Reply> patch_settings(Turn& turn, const Call& call);
Result<Reply> resolve_hiring(Turn& turn, const Call& call);
Result<Reply> resolve_task(Turn& turn, const Call& call);
Result<Reply> pay_for_hiring(Turn& turn, const Call& call);
Result<Reply> confirm_deposit(Turn& turn, const Call& call);
Result<Reply> show_issue(Turn& turn, const Call& call);
Result<Reply> end_issue(Turn& turn, const Call& call);

// mcp_handlers.cpp
Result<Reply> open_agent_stream(Turn& turn, const Call& call);
Result<Reply> take_agent_message(Turn& turn, const Call& call);
Result<Reply> open_hirer_stream(Turn& turn, const Call& call);
Result<Reply> take_hirer_message(Turn& turn, const Call& call);
Result<Reply> take_hirer_call(Turn& turn, const Call& call);

} // namespace agr::emulator::agrenting
