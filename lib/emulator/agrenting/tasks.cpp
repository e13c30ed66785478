// SPDX-License-Identifier: MIT
#include "emulator/agrenting/tasks.hpp"

#include "base/text.hpp"
#include "emulator/agrenting/agents.hpp"
#include "emulator/agrenting/envelope.hpp"
#include "emulator/agrenting/events.hpp"
#include "emulator/agrenting/lifecycle.hpp"
#include "emulator/agrenting/messages.hpp"
#include "emulator/agrenting/users.hpp"
#include "emulator/refusal.hpp"

#include <fmt/format.h>

#include <array>

namespace agr::emulator::agrenting {

const std::string_view k_task_schema = R"sql(
CREATE TABLE IF NOT EXISTS agrenting_tasks(
  number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, client TEXT NOT NULL, payer TEXT NOT NULL,
  provider TEXT NOT NULL, status TEXT NOT NULL, capability TEXT NOT NULL, input TEXT NOT NULL,
  output TEXT NOT NULL, error_reason TEXT, price INTEGER NOT NULL, held INTEGER NOT NULL,
  payment_type TEXT NOT NULL, progress INTEGER NOT NULL, progress_message TEXT,
  created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, completed_at INTEGER);
CREATE INDEX IF NOT EXISTS agrenting_tasks_by_client ON agrenting_tasks(client, number);
CREATE INDEX IF NOT EXISTS agrenting_tasks_by_provider ON agrenting_tasks(provider, number);
CREATE TABLE IF NOT EXISTS agrenting_task_events(
  number INTEGER PRIMARY KEY, task TEXT NOT NULL, type TEXT NOT NULL, at INTEGER NOT NULL,
  progress INTEGER NOT NULL, message TEXT, provider TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS agrenting_task_events_by_task ON agrenting_task_events(task, number);
CREATE TABLE IF NOT EXISTS agrenting_task_messages(
  number INTEGER PRIMARY KEY, id TEXT NOT NULL, task TEXT NOT NULL, sender TEXT NOT NULL,
  type TEXT NOT NULL, content TEXT NOT NULL, at INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS agrenting_task_messages_by_task ON agrenting_task_messages(task, number);
)sql";

namespace {

constexpr std::array<std::pair<TaskStatus, std::string_view>, 6> k_names = {
    {{TaskStatus::pending, "pending"},
     {TaskStatus::in_progress, "in_progress"},
     {TaskStatus::completed, "completed"},
     {TaskStatus::failed, "failed"},
     {TaskStatus::cancelled, "cancelled"},
     {TaskStatus::disputed, "disputed"}}};

TaskStatus status_named(std::string_view wanted) {
  for (const auto& [status, name] : k_names)
    if (name == wanted)
      return status;
  return TaskStatus::failed;
}

store::Cell cell(const std::optional<std::string>& text) {
  return text ? store::Cell(*text) : store::Cell(nullptr);
}

json::Value shown(const std::optional<Time>& time) {
  return time ? json::Value(rfc3339(*time)) : json::Value();
}

json::Value parsed(const std::string& text) {
  return json::parse(text, {64, k_max_body}).value_or(json::Value());
}

Task task_from(const store::Row& row) {
  Task task{row.text("id"), row.text("client"), row.text("payer"), row.text("provider"),
            status_named(row.text("status"))};
  task.capability = row.text("capability");
  task.input = parsed(row.text("input"));
  task.output = parsed(row.text("output"));
  task.error_reason = row.maybe_text("error_reason");
  task.price = from_units(row.integer("price"));
  task.is_held = row.integer("held") != 0;
  task.payment_type = row.text("payment_type");
  task.progress = row.integer("progress");
  task.progress_message = row.maybe_text("progress_message");
  task.created_at = time_from_cell(row.integer("created_at"));
  task.updated_at = time_from_cell(row.integer("updated_at"));
  if (!row.is_null("completed_at"))
    task.completed_at = time_from_cell(row.integer("completed_at"));
  return task;
}

Result<void> save(Turn& turn, Task& task) {
  task.updated_at = turn.now;
  AGR_TRY_ASSIGN(const std::int64_t price, to_units(task.price));
  const store::Cell completed_at =
      task.completed_at ? store::Cell(to_cell(*task.completed_at)) : store::Cell(nullptr);
  AGR_TRY(turn.db().run(
      "INSERT INTO agrenting_tasks(id, client, payer, provider, status, capability, input, output, "
      "error_reason, price, held, payment_type, progress, progress_message, created_at, updated_at, "
      "completed_at) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
      "ON CONFLICT(id) DO UPDATE SET provider = excluded.provider, status = excluded.status, "
      "output = excluded.output, error_reason = excluded.error_reason, held = excluded.held, "
      "payment_type = excluded.payment_type, progress = excluded.progress, "
      "progress_message = excluded.progress_message, updated_at = excluded.updated_at, "
      "completed_at = excluded.completed_at",
      {task.id, task.client, task.payer, task.provider, std::string(name_of(task.status)), task.capability,
       json::write(task.input), json::write(task.output), cell(task.error_reason), price,
       std::int64_t{task.is_held}, task.payment_type, task.progress, cell(task.progress_message),
       to_cell(task.created_at), to_cell(task.updated_at), completed_at}));
  return {};
}

Result<void> write_down(Turn& turn, Task& task, std::string_view event) {
  AGR_TRY(save(turn, task));
  AGR_TRY(turn.db().run("INSERT INTO agrenting_task_events(task, type, at, progress, message, provider) "
                        "VALUES(?, ?, ?, ?, ?, ?)",
                        {task.id, std::string(event), to_cell(turn.now), task.progress,
                         cell(task.progress_message), task.provider}));
  AGR_TRY_ASSIGN(const auto agent, agent_by_id(turn, task.provider));
  std::vector<std::string> interested = {task.client, task.provider};
  if (agent && agent->owner)
    interested.push_back(*agent->owner);
  return publish(turn, interested, event, event_body(task));
}

// Money

Result<void> hold(Turn& turn, Task& task) {
  if (task.is_held || task.price == Decimal())
    return {};
  AGR_TRY_ASSIGN(const Decimal free, spendable(turn, task.payer));
  if (free < task.price)
    return refuse(422, "INSUFFICIENT_BALANCE",
                  fmt::format("Insufficient balance: need ${}, have ${}", task.price.money(), free.money()));
  AGR_TRY_ASSIGN(const Decimal deposited, balance_of(turn.world, available(task.payer)));
  const Decimal first = std::min(deposited, task.price);
  AGR_TRY(post(turn, "hold", task.id,
               {{available(task.payer), escrow(task.payer), first},
                {earnings(task.payer), escrow(task.payer), task.price - first}}));
  task.is_held = true;
  return {};
}

/// Empties the escrow: `refund` back, the rest to the provider.
Result<void> pay_out(Turn& turn, Task& task, Decimal refund) {
  if (!task.is_held)
    return {};
  AGR_TRY_ASSIGN(const auto agent, agent_by_id(turn, task.provider));
  if (!agent)
    return fail({Kind::internal, fmt::format("task {} has no provider", task.id)});
  const Decimal earned = task.price - refund;
  const Decimal fee = fee_of(earned);
  AGR_TRY(post(turn, earned == Decimal() ? "refund" : "release", task.id,
               {{escrow(task.payer), available(task.payer), refund},
                {escrow(task.payer), earnings(agent->payee()), earned - fee},
                {escrow(task.payer), fees(), fee}}));
  task.is_held = false;
  return {};
}

bool is_open(const Task& task) {
  return task.status == TaskStatus::pending || task.status == TaskStatus::in_progress;
}

Result<void> must_be_open(const Task& task) {
  if (task.status == TaskStatus::disputed)
    return dispute_open();
  if (!is_open(task))
    return refuse(409, "INVALID_STATE", fmt::format("Task is already {}", name_of(task.status)));
  return {};
}

Result<void> finish(Turn& turn, Task& task, TaskStatus status, Decimal refund, std::string_view event) {
  AGR_TRY(pay_out(turn, task, refund));
  task.status = status;
  task.completed_at = turn.now;
  return write_down(turn, task, event);
}

json::Value payment_of(const Task& task) {
  const std::string_view status = task.is_held                           ? "escrowed"
                                  : task.status == TaskStatus::completed ? "released"
                                                                         : "refunded";
  return json::Value::object({{"id", "pay-" + task.id},
                              {"payment_id", "pay-" + task.id},
                              {"task_id", task.id},
                              {"amount", task.price},
                              {"currency", "USD"},
                              {"status", status},
                              {"payment_type", task.payment_type},
                              {"created_at", rfc3339(task.created_at)}});
}

bool was_ever_held(const Task& task) {
  return task.is_held || !is_open(task);
}

json::Value message_view(const store::Row& row) {
  return json::Value::object({{"id", row.text("id")},
                              {"task_id", row.text("task")},
                              {"sender_id", row.text("sender")},
                              {"message_type", row.text("type")},
                              {"content", row.text("content")},
                              {"created_at", rfc3339(time_from_cell(row.integer("at")))}});
}

} // namespace

std::string_view name_of(TaskStatus wanted) {
  for (const auto& [status, name] : k_names)
    if (status == wanted)
      return name;
  return "";
}

Result<std::optional<Task>> task_by_id(Turn& turn, const std::string& id) {
  AGR_TRY_ASSIGN(const auto row, turn.db().first("SELECT * FROM agrenting_tasks WHERE id = ?", {id}));
  return row ? std::optional(task_from(*row)) : std::nullopt;
}

Result<std::vector<Task>> list_tasks(Turn& turn, const TaskFilter& filter) {
  AGR_TRY_ASSIGN(const auto rows,
                 turn.db().query("SELECT * FROM agrenting_tasks WHERE (client = ?1 OR provider = ?2) "
                                 "AND (?3 = '' OR status = ?3) ORDER BY number DESC",
                                 {filter.client, filter.provider, filter.status}));
  std::vector<Task> tasks;
  for (const store::Row& row : rows)
    tasks.push_back(task_from(row));
  return tasks;
}

json::Value to_json(const Task& task) {
  return json::Value::object({{"id", task.id},
                              {"task_id", task.id},
                              {"status", name_of(task.status)},
                              {"client_agent_id", task.client},
                              {"provider_agent_id", task.provider},
                              {"capability", task.capability},
                              {"input", task.input},
                              {"output", task.output},
                              {"error_reason", task.error_reason},
                              {"price", task.price},
                              {"progress_percent", task.progress},
                              {"progress_message", task.progress_message},
                              {"created_at", rfc3339(task.created_at)},
                              {"updated_at", rfc3339(task.updated_at)},
                              {"completed_at", shown(task.completed_at)},
                              {"payment", was_ever_held(task) ? payment_of(task) : json::Value()}});
}

Result<json::Value> task_detail(Turn& turn, const Task& task) {
  AGR_TRY_ASSIGN(
      const auto rows,
      turn.db().query("SELECT * FROM agrenting_task_messages WHERE task = ? ORDER BY number", {task.id}));
  json::Value messages = json::Value::array();
  for (const store::Row& row : rows)
    messages.push(message_view(row));
  json::Value view = to_json(task);
  view.set("messages", std::move(messages));
  return view;
}

Result<json::Value> timeline_of(Turn& turn, const Task& task) {
  AGR_TRY_ASSIGN(
      const auto rows,
      turn.db().query("SELECT * FROM agrenting_task_events WHERE task = ? ORDER BY number", {task.id}));
  json::Value list = json::Value::array();
  for (const store::Row& row : rows)
    list.push(json::Value::object(
        {{"event_type", row.text("type")},
         {"timestamp", rfc3339(time_from_cell(row.integer("at")))},
         {"progress_percent", row.integer("progress")},
         {"progress_message", row.maybe_text("message")},
         {"details", json::Value::object({{"provider_agent_id", row.text("provider")}})}}));
  return list;
}

Result<json::Value> attempts_of(Turn& turn, const Task& task) {
  AGR_TRY_ASSIGN(const auto rows,
                 turn.db().query("SELECT * FROM agrenting_task_events WHERE task = ? "
                                 "AND type IN ('task.created', 'task.reassigned') ORDER BY number",
                                 {task.id}));
  json::Value list = json::Value::array();
  for (std::size_t i = 0; i < rows.size(); ++i)
    list.push(json::Value::object(
        {{"attempt", i + 1},
         {"provider_agent_id", rows[i].text("provider")},
         {"status", i + 1 == rows.size() ? name_of(task.status) : std::string_view("reassigned")},
         {"started_at", rfc3339(time_from_cell(rows[i].integer("at")))}}));
  return list;
}

json::Value payments_of(const Task& task) {
  return was_ever_held(task) ? json::Value::array({payment_of(task)}) : json::Value::array();
}

Result<void> create_task(Turn& turn, Task& task) {
  task.created_at = turn.now;
  if (task.payment_type == "balance")
    AGR_TRY(hold(turn, task));
  return write_down(turn, task, "task.created");
}

Result<void> pay_task(Turn& turn, Task& task) {
  AGR_TRY(must_be_open(task));
  AGR_TRY(hold(turn, task));
  return write_down(turn, task, "payment.confirmed");
}

Result<void> complete_task(Turn& turn, Task& task, json::Value output) {
  AGR_TRY(must_be_open(task));
  task.output = std::move(output);
  task.progress = 100;
  return finish(turn, task, TaskStatus::completed, Decimal(), "task.completed");
}

Result<void> fail_task(Turn& turn, Task& task, const std::string& reason) {
  AGR_TRY(must_be_open(task));
  task.error_reason = reason;
  return finish(turn, task, TaskStatus::failed, task.price, "task.failed");
}

Result<void> cancel_task(Turn& turn, Task& task) {
  AGR_TRY(must_be_open(task));
  return finish(turn, task, TaskStatus::cancelled, task.price, "task.cancelled");
}

Result<void> reassign_task(Turn& turn, Task& task, const std::string& provider) {
  if (task.status != TaskStatus::failed)
    AGR_TRY(must_be_open(task));
  if (task.payment_type == "balance")
    AGR_TRY(hold(turn, task));
  task.provider = provider;
  task.status = TaskStatus::pending;
  task.error_reason.reset();
  task.completed_at.reset();
  task.progress = 0;
  return write_down(turn, task, "task.reassigned");
}

Result<void> dispute_task(Turn& turn, Task& task, const std::string& reason) {
  AGR_TRY(must_be_open(task));
  task.status = TaskStatus::disputed;
  task.error_reason = reason;
  return write_down(turn, task, "task.disputed");
}

Result<void> settle_task_dispute(Turn& turn, Task& task, Decimal refund) {
  if (task.status != TaskStatus::disputed)
    return refuse(409, "INVALID_STATE", fmt::format("Task is {}: there is no dispute", name_of(task.status)));
  const bool all = refund == task.price;
  return finish(turn, task, all ? TaskStatus::cancelled : TaskStatus::completed, refund,
                all ? "task.cancelled" : "task.completed");
}

Result<void> note_progress(Turn& turn, Task& task, std::int64_t percent, const std::string& message) {
  AGR_TRY(must_be_open(task));
  task.status = TaskStatus::in_progress;
  task.progress = std::clamp<std::int64_t>(percent, 0, 100);
  task.progress_message = message;
  return write_down(turn, task, "task.in_progress");
}

Result<json::Value> add_task_message(Turn& turn, const Task& task, const Principal& sender,
                                     const std::string& content, const std::string& type) {
  if (trim(content).empty() || characters(content) > k_max_text)
    return invalid("content", fmt::format("content must have 1 to {} characters", k_max_text));
  AGR_TRY_ASSIGN(const std::string id, turn.world.fresh_uuid());
  AGR_TRY_ASSIGN(const auto row,
                 turn.db().first("INSERT INTO agrenting_task_messages(id, task, sender, type, content, at) "
                                 "VALUES(?, ?, ?, ?, ?, ?) RETURNING *",
                                 {id, task.id, sender.id, type, content, to_cell(turn.now)}));
  return row ? message_view(*row) : json::Value();
}

} // namespace agr::emulator::agrenting
