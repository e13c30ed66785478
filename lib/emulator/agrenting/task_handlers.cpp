// SPDX-License-Identifier: MIT
#include "emulator/agrenting/agents.hpp"
#include "emulator/agrenting/artifacts.hpp"
#include "emulator/agrenting/documents.hpp"
#include "emulator/agrenting/envelope.hpp"
#include "emulator/agrenting/handlers.hpp"
#include "emulator/agrenting/payments.hpp"
#include "emulator/agrenting/tasks.hpp"
#include "emulator/refusal.hpp"

namespace agr::emulator::agrenting {
namespace {

bool takes_part(const Principal& caller, const Task& task) {
  return caller.id == task.client || caller.id == task.provider;
}

/// The task in the path, when the caller has part in it.
Result<Task> task_in(Turn& turn, const Call& call) {
  AGR_TRY_ASSIGN(auto task, task_by_id(turn, call.path.get("id")));
  if (!task || !takes_part(call.caller, *task))
    return refuse(404, "NOT_FOUND", "Task not found");
  return std::move(*task);
}

Result<Task> provided_task(Turn& turn, const Call& call) {
  AGR_TRY_ASSIGN(Task task, task_in(turn, call));
  if (task.provider != call.caller.id)
    return refuse(403, "FORBIDDEN", "Forbidden: this task belongs to another agent");
  return task;
}

Result<Task> own_task(Turn& turn, const Call& call) {
  AGR_TRY_ASSIGN(Task task, task_in(turn, call));
  if (task.client != call.caller.id)
    return refuse(403, "FORBIDDEN", "Forbidden: this task is not yours");
  return task;
}

Result<std::string> payer_of(Turn& turn, const Principal& caller) {
  if (caller.is_user())
    return caller.id;
  AGR_TRY_ASSIGN(const auto agent, agent_by_id(turn, caller.id));
  return agent ? agent->payee() : caller.id;
}

/// Capability and input, under the names of each documented form.
Result<Task> read_task(Turn& turn, const Call& call, const json::Value& body) {
  Task task;
  AGR_TRY_ASSIGN(
      const Agent provider,
      find_agent(turn, body.first_of({"provider_agent_id", "agent_id", "provider_agent_did"}).text()));
  if (provider.status != "active")
    return refuse(503, "AGENT_UNAVAILABLE", "Agent is " + provider.status);
  const json::Value& capabilities = body["required_capabilities"];
  task.provider = provider.id;
  task.client = call.caller.id;
  AGR_TRY_ASSIGN(task.payer, payer_of(turn, call.caller));
  task.capability = capabilities.items().empty() ? body.first_of({"capability", "task_type"}).text()
                                                 : capabilities.items().front().text();
  if (task.capability.empty())
    return invalid("capability", "capability can't be blank");
  task.input = body.first_of({"input", "description"});
  task.price = provider.base_price;
  const json::Value& price = body.first_of({"max_price", "price"});
  if (!price.is_null()) {
    AGR_TRY_ASSIGN(task.price, read_amount(price));
  }
  if (const std::string way = body["payment_type"].text(); !way.empty() && way != "escrow")
    task.payment_type = way;
  AGR_TRY_ASSIGN(task.id, turn.world.fresh_uuid());
  return task;
}

Result<Reply> task_reply(Turn& turn, const Task& task, int status = 200) {
  AGR_TRY_ASSIGN(json::Value view, task_detail(turn, task));
  return success(turn, status, std::move(view));
}

Result<Reply> as_list(Turn& turn, const std::vector<Task>& tasks, const Params& query) {
  json::Value::Array all;
  for (const Task& task : tasks)
    all.push_back(to_json(task));
  return listed(turn, all, query);
}

} // namespace

Result<Reply> create_task(Turn& turn, const Call& call) {
  AGR_TRY_ASSIGN(const json::Value body, read_body(call.request));
  AGR_TRY_ASSIGN(Task task, read_task(turn, call, body));
  AGR_TRY(create_task(turn, task));
  return task_reply(turn, task, 201);
}

Result<Reply> list_tasks(Turn& turn, const Call& call) {
  AGR_TRY_ASSIGN(auto tasks, list_tasks(turn, {call.caller.id, call.caller.id, call.query.get("status")}));
  const std::string agent = call.query.get("agent_id");
  std::erase_if(tasks, [&](const Task& task) { return !agent.empty() && task.provider != agent; });
  return as_list(turn, tasks, call.query);
}

Result<Reply> list_pending_tasks(Turn& turn, const Call& call) {
  AGR_TRY_ASSIGN(const auto tasks, list_tasks(turn, {"", call.caller.id, "pending"}));
  const Page page = page_of(call.query);
  json::Value list = json::Value::array();
  for (std::size_t i = page.offset; i < std::min(tasks.size(), page.offset + page.limit); ++i)
    list.push(to_json(tasks[i]));
  return success_with_pages(turn, json::Value::object({{"tasks", std::move(list)}}), page, tasks.size());
}

Result<Reply> show_task(Turn& turn, const Call& call) {
  AGR_TRY_ASSIGN(const Task task, task_in(turn, call));
  return task_reply(turn, task);
}

Result<Reply> complete_task(Turn& turn, const Call& call) {
  AGR_TRY_ASSIGN(Task task, provided_task(turn, call));
  AGR_TRY_ASSIGN(const json::Value body, read_body(call.request));
  if (body["output"].is_null())
    return invalid("output", "output can't be blank");
  AGR_TRY(complete_task(turn, task, body["output"]));
  return task_reply(turn, task);
}

Result<Reply> fail_task(Turn& turn, const Call& call) {
  AGR_TRY_ASSIGN(Task task, provided_task(turn, call));
  AGR_TRY_ASSIGN(const json::Value body, read_body(call.request));
  const std::string reason = body.first_of({"error_reason", "reason"}).text();
  AGR_TRY(fail_task(turn, task, reason.empty() ? "Agent reported failure" : reason));
  return task_reply(turn, task);
}

Result<Reply> cancel_task(Turn& turn, const Call& call) {
  AGR_TRY_ASSIGN(Task task, own_task(turn, call));
  AGR_TRY(cancel_task(turn, task));
  return task_reply(turn, task);
}

Result<Reply> reassign_task(Turn& turn, const Call& call) {
  AGR_TRY_ASSIGN(Task task, own_task(turn, call));
  AGR_TRY_ASSIGN(const json::Value body, read_body(call.request));
  const json::Value& wanted =
      body.first_of({"new_agent_id", "new_provider_agent_did", "new_provider_agent_id", "provider_agent_id"});
  AGR_TRY_ASSIGN(const Agent provider, find_agent(turn, wanted.text()));
  AGR_TRY(reassign_task(turn, task, provider.id));
  return task_reply(turn, task);
}

Result<Reply> message_task(Turn& turn, const Call& call) {
  AGR_TRY_ASSIGN(const Task task, task_in(turn, call));
  AGR_TRY_ASSIGN(const json::Value body, read_body(call.request));
  const std::string type = body["message_type"].text();
  AGR_TRY_ASSIGN(json::Value message,
                 add_task_message(turn, task, call.caller, body.first_of({"content", "message"}).text(),
                                  type.empty() ? "instruction" : type));
  return success(turn, 201, std::move(message));
}

Result<Reply> dispute_task(Turn& turn, const Call& call) {
  AGR_TRY_ASSIGN(Task task, task_in(turn, call));
  AGR_TRY_ASSIGN(const json::Value body, read_body(call.request));
  AGR_TRY(dispute_task(turn, task, body["reason"].text()));
  return task_reply(turn, task);
}

Result<Reply> upload_task_artifacts(Turn& turn, const Call& call) {
  AGR_TRY_ASSIGN(const Task task, provided_task(turn, call));
  AGR_TRY_ASSIGN(const json::Value body, read_body(call.request));
  AGR_TRY_ASSIGN(json::Value stored,
                 store_artifacts(turn, task.id, body["artifacts"], call.request.origin()));
  return success(turn, 201, std::move(stored));
}

Result<Reply> list_task_artifacts(Turn& turn, const Call& call) {
  AGR_TRY_ASSIGN(const Task task, task_in(turn, call));
  AGR_TRY_ASSIGN(const json::Value list, artifacts_of(turn, task.id, call.request.origin()));
  return listed(turn, list.items(), call.query);
}

Result<Reply> pay_for_task(Turn& turn, const Call& call) {
  AGR_TRY_ASSIGN(Task task, own_task(turn, call));
  AGR_TRY(read_body(call.request));
  AGR_TRY(pay_task(turn, task));
  const json::Value payments = payments_of(task);
  return success(turn, 201, payments.items().empty() ? json::Value() : payments.items().front());
}

Result<Reply> list_task_payments(Turn& turn, const Call& call) {
  AGR_TRY_ASSIGN(const Task task, task_in(turn, call));
  return listed(turn, payments_of(task).items(), call.query);
}

Result<Reply> show_timeline(Turn& turn, const Call& call) {
  AGR_TRY_ASSIGN(const Task task, task_in(turn, call));
  AGR_TRY_ASSIGN(json::Value events, timeline_of(turn, task));
  return success(turn, 200, json::Value::object({{"events", std::move(events)}}));
}

Result<Reply> show_attempts(Turn& turn, const Call& call) {
  AGR_TRY_ASSIGN(const Task task, task_in(turn, call));
  AGR_TRY_ASSIGN(json::Value attempts, attempts_of(turn, task));
  return success(turn, 200, json::Value::object({{"attempts", std::move(attempts)}}));
}

// Documents

Result<Reply> upload_document(Turn& turn, const Call& call) {
  AGR_TRY_ASSIGN(const json::Value body, read_body(call.request));
  AGR_TRY_ASSIGN(json::Value stored, store_document(turn, call.caller.id, body, call.request.origin()));
  return success(turn, 201, std::move(stored));
}

Result<Reply> download_document(Turn& turn, const Call& call) {
  AGR_TRY_ASSIGN(auto document, document_by_id(turn, call.path.get("id")));
  AGR_TRY_ASSIGN(const auto task, task_by_id(turn, document ? document->task : std::string()));
  const bool may = document && (document->owner == call.caller.id || document->task.empty() ||
                                (task && takes_part(call.caller, *task)));
  if (!may)
    return refuse(404, "NOT_FOUND", "Document not found");
  Response response = text_response(200, document->content_type, std::move(document->content));
  response.headers.push_back({"Content-Disposition", content_disposition(document->name)});
  response.headers.push_back({"X-Content-Type-Options", "nosniff"});
  return response;
}

} // namespace agr::emulator::agrenting
