// SPDX-License-Identifier: MIT
#include "emulator/agrenting/status_view.hpp"

#include "emulator/agrenting/artifacts.hpp"
#include "emulator/agrenting/messages.hpp"
#include "emulator/agrenting/questions.hpp"

namespace agr::emulator::agrenting {
namespace {

constexpr std::size_t k_last_messages = 10;

} // namespace

Result<json::Value> row_view(Turn& turn, const Hiring& hiring) {
  AGR_TRY_ASSIGN(const auto agent, agent_by_id(turn, hiring.agent));
  return hirer_view(hiring, agent.value_or(Agent{}));
}

Result<json::Value> status_view(Turn& turn, const Hiring& hiring) {
  AGR_TRY_ASSIGN(json::Value view, row_view(turn, hiring));
  AGR_TRY_ASSIGN(json::Value messages, messages_of(turn, hiring.id, k_last_messages));
  AGR_TRY_ASSIGN(json::Value artifacts, artifact_ids_of(turn, hiring.id));
  view.set("last_messages", std::move(messages));
  view.set("artifact_ids", std::move(artifacts));
  AGR_TRY_ASSIGN(json::Value questions, open_questions(turn, hiring.id));
  view.set("open_questions", std::move(questions));
  return view;
}

Result<json::Value> detail_view(Turn& turn, const Hiring& hiring, std::string_view origin) {
  AGR_TRY_ASSIGN(json::Value view, row_view(turn, hiring));
  AGR_TRY_ASSIGN(json::Value messages, messages_of(turn, hiring.id));
  AGR_TRY_ASSIGN(json::Value artifacts, artifacts_of(turn, hiring.id, origin));
  view.set("messages", std::move(messages));
  view.set("artifacts", std::move(artifacts));
  AGR_TRY_ASSIGN(json::Value questions, open_questions(turn, hiring.id));
  view.set("open_questions", std::move(questions));
  return view;
}

} // namespace agr::emulator::agrenting
