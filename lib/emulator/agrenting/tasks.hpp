// SPDX-License-Identifier: MIT
#pragma once

#include "base/decimal.hpp"
#include "emulator/agrenting/credentials.hpp"
#include "emulator/world.hpp"
#include "json/value.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Work that one side hands to another without the hiring ceremony: no probe, no deadline
/// (docs/wire/agrenting.md, "Tasks").
namespace agr::emulator::agrenting {

extern const std::string_view k_task_schema;

enum class TaskStatus { pending, in_progress, completed, failed, cancelled, disputed };
std::string_view name_of(TaskStatus status);

struct Task {
  std::string id;
  std::string client;   ///< the user or agent that asks
  std::string payer;    ///< whose account pays: the user, the agent's owner, or the agent
  std::string provider; ///< an agent
  TaskStatus status = TaskStatus::pending;
  std::string capability = {};
  json::Value input = {};
  json::Value output = {};
  std::optional<std::string> error_reason = {};
  Decimal price = {};
  bool is_held = false; ///< the price is in escrow
  std::string payment_type = "balance";
  std::int64_t progress = 0; ///< percent
  std::optional<std::string> progress_message = {};
  Time created_at = {};
  Time updated_at = {};
  std::optional<Time> completed_at = {};
};

Result<std::optional<Task>> task_by_id(Turn& turn, const std::string& id);

struct TaskFilter {
  std::string client = {};   ///< or ...
  std::string provider = {}; ///< ... this one; an empty text is nobody
  std::string status = {};   ///< empty does not narrow
};
/// Newest first.
Result<std::vector<Task>> list_tasks(Turn& turn, const TaskFilter& filter);

json::Value to_json(const Task& task);
/// The task with its messages.
Result<json::Value> task_detail(Turn& turn, const Task& task);
/// [{event_type, timestamp, progress_percent, progress_message, details}], oldest first.
Result<json::Value> timeline_of(Turn& turn, const Task& task);
/// One entry for each provider that had the task.
Result<json::Value> attempts_of(Turn& turn, const Task& task);
/// [{id, payment_id, task_id, amount, currency, status, payment_type}], or empty.
json::Value payments_of(const Task& task);

// Each of these refuses (409, or 409 DISPUTE_OPEN) what the status does not allow, moves the money, writes
// the timeline and publishes the event.

/// Holds the price unless the task is to be paid another way.
Result<void> create_task(Turn& turn, Task& task);
/// Holds the price of a task that was to be paid another way; a task that is paid stays as it is.
Result<void> pay_task(Turn& turn, Task& task);
Result<void> complete_task(Turn& turn, Task& task, json::Value output);
Result<void> fail_task(Turn& turn, Task& task, const std::string& reason);
Result<void> cancel_task(Turn& turn, Task& task);
/// Gives it to another agent, from the beginning.
Result<void> reassign_task(Turn& turn, Task& task, const std::string& provider);
Result<void> dispute_task(Turn& turn, Task& task, const std::string& reason);
/// `refund` goes back, the rest is paid: cancelled when all of it goes back, else completed.
Result<void> settle_task_dispute(Turn& turn, Task& task, Decimal refund);
/// Takes note of progress; 0 to 100 percent. A pending task is in progress from here on.
Result<void> note_progress(Turn& turn, Task& task, std::int64_t percent, const std::string& message);

Result<json::Value> add_task_message(Turn& turn, const Task& task, const Principal& sender,
                                     const std::string& content, const std::string& type);

} // namespace agr::emulator::agrenting
