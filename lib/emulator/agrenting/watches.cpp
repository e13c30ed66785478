// SPDX-License-Identifier: MIT
#include "emulator/agrenting/watches.hpp"

#include "emulator/agrenting/hirings.hpp"
#include "emulator/agrenting/questions.hpp"
#include "emulator/agrenting/rpc.hpp"
#include "emulator/agrenting/sessions.hpp"
#include "emulator/agrenting/status_view.hpp"
#include "emulator/timers.hpp"

#include <algorithm>

namespace agr::emulator::agrenting {

const std::string_view k_watch_schema = R"sql(
CREATE TABLE IF NOT EXISTS agrenting_watches(
  id TEXT PRIMARY KEY, hirings TEXT NOT NULL, known TEXT NOT NULL, session TEXT NOT NULL,
  rpc_id TEXT NOT NULL) WITHOUT ROWID;
)sql";

namespace {

Timer timer_of(const std::string& watch) {
  return {"agrenting", std::string(k_watch_timer), watch};
}

std::string written(const std::vector<std::string>& texts) {
  json::Value list = json::Value::array();
  for (const std::string& text : texts)
    list.push(text);
  return json::write(list);
}

std::vector<std::string> read(const std::string& text) {
  std::vector<std::string> texts;
  const json::Value list = json::parse(text).value_or(json::Value());
  for (const json::Value& item : list.items())
    texts.push_back(item.text());
  return texts;
}

bool is_in(const std::vector<std::string>& texts, const std::string& text) {
  return std::find(texts.begin(), texts.end(), text) != texts.end();
}

Watch watch_from(const store::Row& row) {
  return {read(row.text("hirings")), read(row.text("known")), row.text("session"),
          json::parse(row.text("rpc_id")).value_or(json::Value())};
}

Result<void> answer(Turn& turn, const std::string& id, const Watch& watch, const json::Value& result) {
  AGR_TRY(turn.db().run("DELETE FROM agrenting_watches WHERE id = ?", {id}));
  AGR_TRY(clear_timer(turn, timer_of(id)));
  const json::Value message = rpc_result(watch.rpc_id, tool_result(result));
  turn.actions.emplace_back(Answer{id, json_response(200, message)});
  return send(turn, watch.session, message);
}

} // namespace

Result<json::Value> watch_result(Turn& turn, const Watch& watch) {
  json::Value hirings = json::Value::array();
  json::Value ended = json::Value::array();
  json::Value questions = json::Value::array();
  for (const std::string& id : watch.hirings) {
    AGR_TRY_ASSIGN(const auto hiring, hiring_by_id(turn, id));
    if (!hiring)
      continue;
    AGR_TRY_ASSIGN(json::Value status, status_view(turn, *hiring));
    if (!is_open(hiring->status))
      ended.push(id);
    for (json::Value question : status["open_questions"].items())
      if (!is_in(watch.known_questions, question["question_id"].text()))
        questions.push(question.set("hiring_id", id));
    hirings.push(std::move(status));
  }
  return json::Value::object({{"hirings", std::move(hirings)},
                              {"ended", std::move(ended)},
                              {"new_questions", std::move(questions)}});
}

bool has_news(const json::Value& result) {
  return !result["ended"].items().empty() || !result["new_questions"].items().empty();
}

Result<Parked> park_watch(Turn& turn, const Watch& watch, Time until) {
  AGR_TRY_ASSIGN(const std::string id, turn.world.fresh_uuid());
  AGR_TRY(turn.db().run(
      "INSERT INTO agrenting_watches(id, hirings, known, session, rpc_id) VALUES(?, ?, ?, ?, ?)",
      {id, written(watch.hirings), written(watch.known_questions), watch.session,
       json::write(watch.rpc_id)}));
  AGR_TRY(set_timer(turn, timer_of(id), until));
  return Parked{id};
}

Result<void> settle_watches(Turn& turn, const std::string& hiring) {
  AGR_TRY_ASSIGN(const auto rows, turn.db().query("SELECT * FROM agrenting_watches ORDER BY id"));
  for (const store::Row& row : rows) {
    const Watch watch = watch_from(row);
    if (!is_in(watch.hirings, hiring))
      continue;
    AGR_TRY_ASSIGN(const json::Value result, watch_result(turn, watch));
    if (has_news(result))
      AGR_TRY(answer(turn, row.text("id"), watch, result));
  }
  return {};
}

Result<void> on_watch_over(Turn& turn, const std::string& id) {
  AGR_TRY_ASSIGN(const auto row, turn.db().first("SELECT * FROM agrenting_watches WHERE id = ?", {id}));
  if (!row)
    return {};
  const Watch watch = watch_from(*row);
  AGR_TRY_ASSIGN(const json::Value result, watch_result(turn, watch));
  return answer(turn, id, watch, result);
}

Result<void> forget_all_watches(Turn& turn) {
  AGR_TRY(turn.db().run("DELETE FROM agrenting_watches"));
  AGR_TRY(turn.db().run("DELETE FROM timers WHERE marketplace = 'agrenting' AND kind = 'watch'"));
  return {};
}

} // namespace agr::emulator::agrenting
