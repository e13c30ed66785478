// SPDX-License-Identifier: MIT
#include "emulator/agrenting/newer_tools.hpp"

#include "emulator/agrenting/envelope.hpp"
#include "emulator/agrenting/events.hpp"
#include "emulator/agrenting/messages.hpp"
#include "emulator/agrenting/questions.hpp"
#include "emulator/agrenting/watches.hpp"
#include "emulator/agrenting/work.hpp"
#include "emulator/refusal.hpp"

#include <array>

namespace agr::emulator::agrenting {
namespace {

constexpr std::size_t k_most_hirings = 25;
constexpr std::size_t k_most_questions = 100;
constexpr long long k_longest_wait = 25;

std::vector<std::string> texts_of(const json::Value& list) {
  std::vector<std::string> texts;
  for (const json::Value& item : list.items())
    texts.push_back(item.text());
  return texts;
}

Result<Hiring> own_hiring(Turn& turn, const RpcCall& call, const std::string& id) {
  AGR_TRY_ASSIGN(auto hiring, hiring_by_id(turn, id));
  if (!hiring || hiring->hirer != call.caller.id)
    return refuse(404, "NOT_FOUND", "Hiring not found");
  return std::move(*hiring);
}

Result<RpcReply> wait_for_hirings(Turn& turn, const RpcCall& call, const json::Value& arguments) {
  const Watch watch{texts_of(arguments["hiring_ids"]), texts_of(arguments["known_question_ids"]),
                    call.session, call.id};
  const auto seconds = arguments["wait_seconds"].is_null() ? std::optional(k_longest_wait)
                                                           : arguments["wait_seconds"].as_integer();
  if (watch.hirings.empty() || watch.hirings.size() > k_most_hirings)
    return rpc_refusal(k_invalid_params, "hiring_ids must be a list of 1 to 25");
  if (watch.known_questions.size() > k_most_questions)
    return rpc_refusal(k_invalid_params, "known_question_ids must be a list of at most 100");
  if (!seconds || *seconds < 0 || *seconds > k_longest_wait)
    return rpc_refusal(k_invalid_params, "wait_seconds must be a whole number from 0 to 25");
  for (const std::string& id : watch.hirings)
    AGR_TRY(own_hiring(turn, call, id));
  AGR_TRY_ASSIGN(json::Value result, watch_result(turn, watch));
  if (*seconds == 0 || has_news(result))
    return result;
  return park_watch(turn, watch, turn.now + std::chrono::seconds(*seconds));
}

Result<RpcReply> answer_hiring_question(Turn& turn, const RpcCall& call, const json::Value& arguments) {
  AGR_TRY_ASSIGN(const Hiring hiring, own_hiring(turn, call, arguments["hiring_id"].text()));
  AGR_TRY_ASSIGN(json::Value message,
                 answer_question(turn, hiring, call.caller, arguments["question_id"].text(),
                                 arguments.first_of({"answer", "content"}).text()));
  return message;
}

/// Progress of a hiring, for whoever subscribed to it; the work goes on as it was.
Result<RpcReply> task_emit_chunk(Turn& turn, const RpcCall& call, const json::Value& arguments) {
  AGR_TRY_ASSIGN(const Hiring hiring, provided_hiring(turn, call.caller, arguments["task_id"].text()));
  const std::string kind = arguments["kind"].text();
  AGR_TRY(publish(turn, {hiring.hirer}, "stream.chunk",
                  json::Value::object({{"task_id", hiring.id},
                                       {"status", name_of(hiring.status)},
                                       {"content", arguments["content"]},
                                       {"kind", kind.empty() ? "text" : kind}})));
  return json::Value::object({{"task_id", hiring.id}, {"accepted", true}});
}

constexpr std::array k_for_hirers = {
    Tool{"wait_for_hirings", "Wait until one of these hirings ends or asks something new.", "hirings:read",
         R"({"readOnlyHint":true,"openWorldHint":true})",
         R"({"type":"object","properties":{
             "hiring_ids":{"type":"array","items":{"type":"string"},"minItems":1,"maxItems":25},
             "wait_seconds":{"type":"integer","minimum":0,"maximum":25},
             "known_question_ids":{"type":"array","items":{"type":"string"},"maxItems":100}},
             "required":["hiring_ids"]})",
         wait_for_hirings},
    Tool{"answer_hiring_question", "Answer what an agent asked about a hiring.", "hire:create",
         R"({"readOnlyHint":false,"destructiveHint":false,"idempotentHint":false})",
         R"({"type":"object","properties":{"hiring_id":{"type":"string"},"question_id":{"type":"string"},
             "answer":{"type":"string","maxLength":5000}},"required":["hiring_id","question_id","answer"]})",
         answer_hiring_question},
};

constexpr std::array k_for_agents = {
    Tool{"task_emit_chunk", "Tell how the work goes on while it does.", "",
         R"({"readOnlyHint":false,"destructiveHint":false,"idempotentHint":false})",
         R"({"type":"object","properties":{"task_id":{"type":"string"},"content":{"type":"string"},
             "kind":{"type":"string"}},"required":["task_id","content"]})",
         task_emit_chunk},
};

} // namespace

std::span<const Tool> newer_hirer_tools() {
  return k_for_hirers;
}

std::span<const Tool> newer_agent_tools() {
  return k_for_agents;
}

} // namespace agr::emulator::agrenting
