// SPDX-License-Identifier: MIT
#include "emulator/agrenting/probe.hpp"

#include "emulator/agrenting/lifecycle.hpp"
#include "emulator/agrenting/sessions.hpp"
#include "emulator/agrenting/settings.hpp"
#include "emulator/agrenting/webhooks.hpp"
#include "emulator/timers.hpp"

#include <optional>

namespace agr::emulator::agrenting {

const std::string_view k_probe_schema = R"sql(
CREATE TABLE IF NOT EXISTS agrenting_probes(
  id TEXT PRIMARY KEY, hiring TEXT NOT NULL, agent TEXT NOT NULL, inquiry TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS agrenting_probes_by_hiring ON agrenting_probes(hiring);
)sql";

namespace {

std::string_view name_of(Inquiry inquiry) {
  return inquiry == Inquiry::hire ? "hire" : "health";
}

struct Probe {
  std::string hiring;
  std::string agent;
  Inquiry inquiry;
};

Timer timer_of(const std::string& hiring, std::string_view kind) {
  return {"agrenting", std::string(kind), hiring};
}

/// Remembers one question; its id is the ping's JSON-RPC id or the HEAD's.
Result<std::string> ask(Turn& turn, const Hiring& hiring, Inquiry inquiry) {
  AGR_TRY_ASSIGN(const std::string id, turn.world.fresh_uuid());
  AGR_TRY(turn.db().run("INSERT INTO agrenting_probes(id, hiring, agent, inquiry) VALUES(?, ?, ?, ?)",
                        {id, hiring.id, hiring.agent, std::string(name_of(inquiry))}));
  return id;
}

std::optional<Probe> probe_from(const std::optional<store::Row>& row) {
  if (!row)
    return std::nullopt;
  return Probe{row->text("hiring"), row->text("agent"),
               row->text("inquiry") == "hire" ? Inquiry::hire : Inquiry::health};
}

Result<std::optional<Probe>> probe_by_id(Turn& turn, const std::string& id) {
  return turn.db().first("SELECT * FROM agrenting_probes WHERE id = ?", {id}).map(probe_from);
}

Result<std::optional<Probe>> probe_of(Turn& turn, const std::string& hiring) {
  return turn.db().first("SELECT * FROM agrenting_probes WHERE hiring = ?", {hiring}).map(probe_from);
}

Result<void> forget_probes(Turn& turn, const std::string& hiring) {
  AGR_TRY(turn.db().run("DELETE FROM agrenting_probes WHERE hiring = ?", {hiring}));
  AGR_TRY(clear_timer(turn, timer_of(hiring, k_ping_timer)));
  return clear_timer(turn, timer_of(hiring, k_head_timer));
}

Result<void> conclude_hire(Turn& turn, Hiring& hiring, bool alive) {
  if (!after(hiring.status, alive ? Happening::probe_passed : Happening::probe_failed))
    return {};
  return alive ? begin_work(turn, hiring) : fail_hiring(turn, hiring, "Agent unavailable", Blame::automatic);
}

Result<void> conclude_health(Turn& turn, Hiring& hiring, bool alive) {
  if (!after(hiring.status, Happening::checks_missed))
    return {};
  hiring.missed_checks = alive ? 0 : hiring.missed_checks + 1;
  if (hiring.missed_checks > k_missed_checks_allowed)
    return fail_hiring(turn, hiring, "Agent missed 3 consecutive health checks", Blame::automatic);
  return update(turn, hiring);
}

Result<void> conclude(Turn& turn, const std::string& hiring_id, Inquiry inquiry, bool alive) {
  AGR_TRY(forget_probes(turn, hiring_id));
  AGR_TRY_ASSIGN(auto hiring, hiring_by_id(turn, hiring_id));
  if (!hiring)
    return {};
  return inquiry == Inquiry::hire ? conclude_hire(turn, *hiring, alive)
                                  : conclude_health(turn, *hiring, alive);
}

Result<void> ping(Turn& turn, const std::string& session, const std::string& id) {
  return send(turn, session, json::Value::object({{"jsonrpc", "2.0"}, {"id", id}, {"method", "ping"}}));
}

Result<void> begin_head(Turn& turn, const Hiring& hiring, Inquiry inquiry) {
  AGR_TRY(forget_probes(turn, hiring.id));
  AGR_TRY_ASSIGN(const auto agent, agent_by_id(turn, hiring.agent));
  if (!agent || !is_reachable(agent->callback_url()))
    return conclude(turn, hiring.id, inquiry, false);
  AGR_TRY_ASSIGN(const std::string id, ask(turn, hiring, inquiry));
  turn.actions.emplace_back(HeadProbe{id, agent->callback_url(), callback_headers(*agent), k_head_budget});
  return set_timer(turn, timer_of(hiring.id, k_head_timer), turn.now + k_head_budget);
}

Result<bool> needs_no_question(Turn& turn, const Hiring& hiring) {
  AGR_TRY_ASSIGN(const Settings settings, settings_of(turn));
  switch (settings.probe) {
  case ProbePolicy::off:
    return true;
  case ProbePolicy::lenient:
    return has_subscribed_session(turn, hiring.agent);
  case ProbePolicy::strict:
    break;
  }
  return false;
}

} // namespace

Result<void> begin_probe(Turn& turn, const Hiring& hiring, Inquiry inquiry) {
  AGR_TRY_ASSIGN(const bool alive, needs_no_question(turn, hiring));
  if (alive)
    return conclude(turn, hiring.id, inquiry, true);
  AGR_TRY_ASSIGN(const auto sessions, live_sessions(turn, hiring.agent));
  if (sessions.empty())
    return begin_head(turn, hiring, inquiry);
  AGR_TRY(forget_probes(turn, hiring.id));
  for (const std::string& session : sessions) {
    AGR_TRY_ASSIGN(const std::string id, ask(turn, hiring, inquiry));
    AGR_TRY(ping(turn, session, id));
  }
  return set_timer(turn, timer_of(hiring.id, k_ping_timer), turn.now + k_ping_budget);
}

Result<void> on_pong(Turn& turn, const std::string& agent, const std::string& id) {
  AGR_TRY_ASSIGN(const auto probe, probe_by_id(turn, id));
  if (!probe || probe->agent != agent)
    return {};
  return conclude(turn, probe->hiring, probe->inquiry, true);
}

Result<void> on_head_answered(Turn& turn, const HeadAnswered& answer) {
  AGR_TRY_ASSIGN(const auto probe, probe_by_id(turn, answer.id));
  if (!probe)
    return {};
  AGR_TRY_ASSIGN(const Settings settings, settings_of(turn));
  const bool knows_no_head = answer.status == 405 || answer.status == 501;
  const bool alive = (answer.status && *answer.status >= 200 && *answer.status < 300) ||
                     (settings.head_405_is_alive && knows_no_head);
  return conclude(turn, probe->hiring, probe->inquiry, alive);
}

Result<void> on_ping_overdue(Turn& turn, const std::string& hiring_id) {
  AGR_TRY_ASSIGN(const auto probe, probe_of(turn, hiring_id));
  AGR_TRY_ASSIGN(const auto hiring, hiring_by_id(turn, hiring_id));
  if (!probe || !hiring || !is_open(hiring->status))
    return forget_probes(turn, hiring_id);
  return begin_head(turn, *hiring, probe->inquiry);
}

Result<void> on_head_overdue(Turn& turn, const std::string& hiring_id) {
  AGR_TRY_ASSIGN(const auto probe, probe_of(turn, hiring_id));
  return probe ? conclude(turn, hiring_id, probe->inquiry, false) : Result<void>{};
}

Result<void> forget_all_probes(Turn& turn) {
  AGR_TRY(turn.db().run("DELETE FROM agrenting_probes"));
  AGR_TRY(turn.db().run("DELETE FROM timers WHERE marketplace = 'agrenting' AND kind IN ('ping', 'head')"));
  return {};
}

} // namespace agr::emulator::agrenting
