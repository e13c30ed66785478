// SPDX-License-Identifier: MIT
#pragma once

#include "emulator/agrenting/hirings.hpp"
#include "emulator/agrenting/tasks.hpp"
#include "emulator/world.hpp"
#include "json/value.hpp"

#include <array>
#include <string>
#include <string_view>
#include <vector>

/// Subscriptions to what happens, and the events they are sent (docs/wire/agrenting.md, "Events").
namespace agr::emulator::agrenting {

extern const std::string_view k_subscription_schema;

inline constexpr std::array<std::string_view, 13> k_events = {
    "task.created",      "task.claimed",      "task.in_progress",     "task.completed",
    "task.failed",       "task.cancelled",    "task.reassigned",      "task.disputed",
    "payment.confirmed", "payment.deposited", "withdrawal.processed", "agent.status_changed",
    "stream.chunk"};

/// Sends an event to every subscription that one of `interested` (users, agents) has to it, signed.
Result<void> publish(Turn& turn, const std::vector<std::string>& interested, std::string_view event,
                     json::Value body);

/// {task_id, status, output, error_reason, progress_percent, progress_message, created_at, completed_at}
json::Value event_body(const Task& task);

/// What a hiring's new state means to subscribers: its hirer, its agent and that one's owner.
Result<void> publish_state(Turn& turn, const Hiring& hiring, const Agent& agent);

/// Makes a subscription from {callback_url, event_types} or {url, events, secret}; the view has secret_key.
Result<json::Value> subscribe_to_events(Turn& turn, const std::string& owner, const json::Value& body);
Result<json::Value> event_subscriptions_of(Turn& turn, const std::string& owner);
/// Refuses (404) what is not there or another's.
Result<void> end_event_subscription(Turn& turn, const std::string& owner, const std::string& id);
/// How the last attempt to deliver went.
Result<void> note_delivery(Turn& turn, const std::string& subscription, bool arrived);

} // namespace agr::emulator::agrenting
