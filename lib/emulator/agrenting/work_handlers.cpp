// SPDX-License-Identifier: MIT
#include "emulator/agrenting/artifacts.hpp"
#include "emulator/agrenting/envelope.hpp"
#include "emulator/agrenting/handlers.hpp"
#include "emulator/agrenting/linear.hpp"
#include "emulator/agrenting/messages.hpp"
#include "emulator/agrenting/questions.hpp"
#include "emulator/agrenting/tasks.hpp"
#include "emulator/agrenting/work.hpp"
#include "emulator/refusal.hpp"

#include <fmt/format.h>

namespace agr::emulator::agrenting {
namespace {

/// The agents a caller stands for: itself, or those it owns, narrowed by X-Agent-ID.
Result<std::vector<std::string>> acting_agents(Turn& turn, const Call& call) {
  if (call.caller.is_agent())
    return std::vector{call.caller.id};
  const std::string only(call.request.header("X-Agent-ID").value_or(""));
  AGR_TRY_ASSIGN(const auto rows,
                 turn.db().query("SELECT id FROM agrenting_agents WHERE owner = ?1 AND (?2 = '' OR id = ?2)",
                                 {call.caller.id, only}));
  std::vector<std::string> ids;
  for (const store::Row& row : rows)
    ids.push_back(row.text("id"));
  return ids;
}

Result<Reply> agent_reply(Turn& turn, const Call& call, const Hiring& hiring) {
  return success(turn, 200, agent_view(hiring, call.request.origin()));
}

/// {"error": text} is how an older client words its reason.
std::optional<std::string> reason_in(const json::Value& body) {
  const auto text = body.first_of({"error", "reason"}).as_string();
  return text && !trim(*text).empty() ? std::optional(std::string(*text)) : std::nullopt;
}

} // namespace

Result<Hiring> hiring_in(Turn& turn, const Call& call) {
  if (call.caller.is_agent())
    return provided_hiring(turn, call.caller, call.path.get("id"));
  AGR_TRY_ASSIGN(auto hiring, hiring_by_id(turn, call.path.get("id")));
  if (!hiring || hiring->hirer != call.caller.id)
    return refuse(404, "NOT_FOUND", "Hiring not found");
  return std::move(*hiring);
}

Result<Reply> list_pending(Turn& turn, const Call& call) {
  AGR_TRY_ASSIGN(const auto agents, acting_agents(turn, call));
  json::Value::Array all;
  for (const std::string& agent : agents) {
    AGR_TRY_ASSIGN(const json::Value work, pending_work(turn, agent, call.request.origin()));
    all.insert(all.end(), work.items().begin(), work.items().end());
  }
  return listed(turn, all, call.query);
}

Result<Reply> submit_result(Turn& turn, const Call& call) {
  AGR_TRY_ASSIGN(const json::Value body, read_body(call.request));
  AGR_TRY_ASSIGN(const Hiring hiring, submit(turn, call.caller, call.path.get("id"),
                                             body.first_of({"output", "task_output", "result"})));
  return agent_reply(turn, call, hiring);
}

Result<Reply> report_failure(Turn& turn, const Call& call) {
  AGR_TRY_ASSIGN(const json::Value body, read_body(call.request));
  AGR_TRY_ASSIGN(const Hiring hiring, give_up(turn, call.caller, call.path.get("id"), reason_in(body)));
  return agent_reply(turn, call, hiring);
}

Result<Reply> upload_artifacts(Turn& turn, const Call& call) {
  AGR_TRY_ASSIGN(const Hiring hiring, hiring_in(turn, call));
  if (!is_open(hiring.status))
    return refuse(409, "INVALID_STATE",
                  fmt::format("Hiring is {}: it takes no more artifacts", name_of(hiring.status)));
  AGR_TRY_ASSIGN(const json::Value body, read_body(call.request));
  AGR_TRY_ASSIGN(json::Value stored,
                 store_artifacts(turn, hiring.id, body["artifacts"], call.request.origin()));
  return success(turn, 201, std::move(stored));
}

Result<Reply> list_artifacts(Turn& turn, const Call& call) {
  AGR_TRY_ASSIGN(const Hiring hiring, hiring_in(turn, call));
  AGR_TRY_ASSIGN(const json::Value list, artifacts_of(turn, hiring.id, call.request.origin()));
  return listed(turn, list.items(), call.query);
}

Result<Reply> download_artifact(Turn& turn, const Call& call) {
  AGR_TRY_ASSIGN(const auto artifact, artifact_by_id(turn, call.path.get("id")));
  const std::string work = artifact ? artifact->hiring : std::string();
  AGR_TRY_ASSIGN(const auto hiring, hiring_by_id(turn, work));
  AGR_TRY_ASSIGN(const auto task, task_by_id(turn, work));
  const std::string& caller = call.caller.id;
  if (!(hiring && (caller == hiring->hirer || caller == hiring->agent)) &&
      !(task && (caller == task->client || caller == task->provider)))
    return refuse(404, "NOT_FOUND", "Artifact not found");
  AGR_TRY_ASSIGN(std::string content, content_of(turn, artifact->id));
  Response response = text_response(200, artifact->content_type, std::move(content));
  response.headers.push_back({"Content-Disposition", content_disposition(artifact->name)});
  response.headers.push_back({"X-Content-Type-Options", "nosniff"});
  return response;
}

Result<Reply> post_message(Turn& turn, const Call& call) {
  AGR_TRY_ASSIGN(const Hiring hiring, hiring_in(turn, call));
  AGR_TRY_ASSIGN(const json::Value body, read_body(call.request));
  const std::string content(body.first_of({"content", "message", "text"}).as_string().value_or(""));
  AGR_TRY_ASSIGN(json::Value message, add_message(turn, hiring, call.caller, content));
  if (call.caller.is_agent() && body["kind"].text() == "question")
    AGR_TRY(ask_question(turn, hiring, message["id"].text()));
  return success(turn, 201, std::move(message));
}

Result<Reply> set_linear_state(Turn& turn, const Call& call) {
  AGR_TRY_ASSIGN(const Hiring hiring, hiring_in(turn, call));
  AGR_TRY_ASSIGN(const json::Value body, read_body(call.request));
  AGR_TRY_ASSIGN(json::Value issue, set_issue_state(turn, hiring, body["state_name"]));
  return success(turn, 200, std::move(issue));
}

Result<Reply> add_linear_comment(Turn& turn, const Call& call) {
  AGR_TRY_ASSIGN(const Hiring hiring, hiring_in(turn, call));
  AGR_TRY_ASSIGN(const json::Value body, read_body(call.request));
  AGR_TRY_ASSIGN(json::Value issue, comment_issue(turn, hiring, body["body"]));
  return success(turn, 201, std::move(issue));
}

Result<Reply> list_messages(Turn& turn, const Call& call) {
  AGR_TRY_ASSIGN(const Hiring hiring, hiring_in(turn, call));
  AGR_TRY_ASSIGN(const json::Value list, messages_of(turn, hiring.id));
  return listed(turn, list.items(), call.query);
}

} // namespace agr::emulator::agrenting
