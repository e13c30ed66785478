// SPDX-License-Identifier: MIT
#include "emulator/agrenting/waits.hpp"

#include "emulator/agrenting/rpc.hpp"
#include "emulator/agrenting/sessions.hpp"
#include "emulator/agrenting/status_view.hpp"
#include "emulator/agrenting/watches.hpp"
#include "emulator/timers.hpp"

namespace agr::emulator::agrenting {

const std::string_view k_wait_schema = R"sql(
CREATE TABLE IF NOT EXISTS agrenting_waits(
  id TEXT PRIMARY KEY, hiring TEXT NOT NULL, session TEXT NOT NULL, rpc_id TEXT NOT NULL,
  goal TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS agrenting_waits_by_hiring ON agrenting_waits(hiring);
)sql";

namespace {

bool is_reached(std::string_view goal, Status status) {
  return goal == "probed" ? status != Status::queued : !is_open(status);
}

Timer timer_of(const std::string& wait) {
  return {"agrenting", std::string(k_wait_timer), wait};
}

Result<void> answer(Turn& turn, const store::Row& wait, const Hiring& hiring) {
  const std::string id = wait.text("id");
  AGR_TRY(turn.db().run("DELETE FROM agrenting_waits WHERE id = ?", {id}));
  AGR_TRY(clear_timer(turn, timer_of(id)));
  AGR_TRY_ASSIGN(const json::Value status, status_view(turn, hiring));
  const json::Value rpc_id = json::parse(wait.text("rpc_id")).value_or(json::Value());
  const json::Value message = rpc_result(rpc_id, tool_result(status));
  turn.actions.emplace_back(Answer{id, json_response(200, message)});
  return send(turn, wait.text("session"), message);
}

} // namespace

Result<Parked> park(Turn& turn, const Hiring& hiring, const std::string& session, const json::Value& rpc_id,
                    Goal goal, Time until) {
  AGR_TRY_ASSIGN(const std::string id, turn.world.fresh_uuid());
  AGR_TRY(turn.db().run(
      "INSERT INTO agrenting_waits(id, hiring, session, rpc_id, goal) VALUES(?, ?, ?, ?, ?)",
      {id, hiring.id, session, json::write(rpc_id), std::string(goal == Goal::probed ? "probed" : "final")}));
  AGR_TRY(set_timer(turn, timer_of(id), until));
  return Parked{id};
}

Result<void> settle_waits(Turn& turn, const Hiring& hiring) {
  AGR_TRY_ASSIGN(const auto waits,
                 turn.db().query("SELECT * FROM agrenting_waits WHERE hiring = ? ORDER BY id", {hiring.id}));
  for (const store::Row& wait : waits)
    if (is_reached(wait.text("goal"), hiring.status))
      AGR_TRY(answer(turn, wait, hiring));
  return settle_watches(turn, hiring.id);
}

Result<void> on_wait_over(Turn& turn, const std::string& id) {
  AGR_TRY_ASSIGN(const auto wait, turn.db().first("SELECT * FROM agrenting_waits WHERE id = ?", {id}));
  if (!wait)
    return {};
  AGR_TRY_ASSIGN(const auto hiring, hiring_by_id(turn, wait->text("hiring")));
  return hiring ? answer(turn, *wait, *hiring) : Result<void>{};
}

Result<void> forget_all_waits(Turn& turn) {
  AGR_TRY(turn.db().run("DELETE FROM agrenting_waits"));
  AGR_TRY(turn.db().run("DELETE FROM timers WHERE marketplace = 'agrenting' AND kind = 'wait'"));
  return {};
}

} // namespace agr::emulator::agrenting
