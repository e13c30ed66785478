// SPDX-License-Identifier: MIT
#include "emulator/agrenting/probe.hpp"

#include "emulator/agrenting/lifecycle.hpp"
#include "emulator/agrenting/sessions.hpp"
#include "emulator/agrenting/settings.hpp"
#include "emulator/agrenting/webhooks.hpp"
#include "emulator/timers.hpp"

#include <array>
#include <optional>

namespace agr::emulator::agrenting {

const std::string_view k_probe_schema = R"sql(
CREATE TABLE IF NOT EXISTS agrenting_probes(
  id TEXT PRIMARY KEY, subject TEXT NOT NULL, agent TEXT NOT NULL, inquiry TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS agrenting_probes_by_subject ON agrenting_probes(subject);
)sql";

namespace {

constexpr std::array<std::string_view, 3> k_names{"hire", "health", "presence"};

std::string_view name_of(Inquiry inquiry) {
  return k_names.at(static_cast<std::size_t>(inquiry));
}

Inquiry inquiry_named(std::string_view name) {
  return name == "hire" ? Inquiry::hire : name == "health" ? Inquiry::health : Inquiry::presence;
}

/// Who is asked, and what for: the hiring, or the agent itself where its presence is in doubt.
struct Probe {
  std::string subject;
  std::string agent;
  Inquiry inquiry;
};

Timer timer_of(const std::string& subject, std::string_view kind) {
  return {"agrenting", std::string(kind), subject};
}

/// Remembers one question; its id is the ping's JSON-RPC id or the HEAD's.
Result<std::string> ask(Turn& turn, const Probe& probe) {
  AGR_TRY_ASSIGN(const std::string id, turn.world.fresh_uuid());
  AGR_TRY(turn.db().run("INSERT INTO agrenting_probes(id, subject, agent, inquiry) VALUES(?, ?, ?, ?)",
                        {id, probe.subject, probe.agent, std::string(name_of(probe.inquiry))}));
  return id;
}

std::optional<Probe> probe_from(const std::optional<store::Row>& row) {
  if (!row)
    return std::nullopt;
  return Probe{row->text("subject"), row->text("agent"), inquiry_named(row->text("inquiry"))};
}

Result<std::optional<Probe>> probe_by_id(Turn& turn, const std::string& id) {
  return turn.db().first("SELECT * FROM agrenting_probes WHERE id = ?", {id}).map(probe_from);
}

Result<std::optional<Probe>> probe_of(Turn& turn, const std::string& subject) {
  return turn.db().first("SELECT * FROM agrenting_probes WHERE subject = ?", {subject}).map(probe_from);
}

Result<void> forget_probes(Turn& turn, const std::string& subject) {
  AGR_TRY(turn.db().run("DELETE FROM agrenting_probes WHERE subject = ?", {subject}));
  AGR_TRY(clear_timer(turn, timer_of(subject, k_ping_timer)));
  return clear_timer(turn, timer_of(subject, k_head_timer));
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

/// Asked again when the next sign of life is as old, or, of a silent one, in as long a time.
Result<void> conclude_presence(Turn& turn, const std::string& agent, bool alive) {
  if (alive)
    AGR_TRY(mark_seen(turn, agent));
  return set_timer(turn, timer_of(agent, k_presence_timer), turn.now + k_presence);
}

Result<void> conclude(Turn& turn, const Probe& probe, bool alive) {
  AGR_TRY(forget_probes(turn, probe.subject));
  if (probe.inquiry == Inquiry::presence)
    return conclude_presence(turn, probe.agent, alive);
  AGR_TRY_ASSIGN(auto hiring, hiring_by_id(turn, probe.subject));
  if (!hiring)
    return {};
  return probe.inquiry == Inquiry::hire ? conclude_hire(turn, *hiring, alive)
                                        : conclude_health(turn, *hiring, alive);
}

Result<void> ping(Turn& turn, const std::string& session, const std::string& id) {
  return send(turn, session, json::Value::object({{"jsonrpc", "2.0"}, {"id", id}, {"method", "ping"}}));
}

Result<void> begin_head(Turn& turn, const Probe& probe) {
  AGR_TRY(forget_probes(turn, probe.subject));
  AGR_TRY_ASSIGN(const auto agent, agent_by_id(turn, probe.agent));
  if (!agent || !is_reachable(agent->callback_url()))
    return conclude(turn, probe, false);
  AGR_TRY_ASSIGN(const std::string id, ask(turn, probe));
  turn.actions.emplace_back(HeadProbe{id, agent->callback_url(), callback_headers(*agent), k_head_budget});
  return set_timer(turn, timer_of(probe.subject, k_head_timer), turn.now + k_head_budget);
}

Result<bool> needs_no_question(Turn& turn, const std::string& agent) {
  AGR_TRY_ASSIGN(const Settings settings, settings_of(turn));
  switch (settings.probe) {
  case ProbePolicy::off:
    return true;
  case ProbePolicy::lenient:
    return has_subscribed_session(turn, agent);
  case ProbePolicy::strict:
    break;
  }
  return false;
}

Result<void> begin(Turn& turn, const Probe& probe) {
  AGR_TRY_ASSIGN(const bool alive, needs_no_question(turn, probe.agent));
  if (alive)
    return conclude(turn, probe, true);
  AGR_TRY_ASSIGN(const auto sessions, live_sessions(turn, probe.agent));
  if (sessions.empty())
    return begin_head(turn, probe);
  AGR_TRY(forget_probes(turn, probe.subject));
  for (const std::string& session : sessions) {
    AGR_TRY_ASSIGN(const std::string id, ask(turn, probe));
    AGR_TRY(ping(turn, session, id));
  }
  return set_timer(turn, timer_of(probe.subject, k_ping_timer), turn.now + k_ping_budget);
}

} // namespace

Result<void> begin_probe(Turn& turn, const Hiring& hiring, Inquiry inquiry) {
  return begin(turn, {hiring.id, hiring.agent, inquiry});
}

Result<void> check_presence(Turn& turn, const std::string& agent_id) {
  AGR_TRY_ASSIGN(const auto agent, agent_by_id(turn, agent_id));
  if (!agent)
    return {};
  if (is_online(*agent, turn.now))
    return set_timer(turn, timer_of(agent_id, k_presence_timer), *agent->last_seen_at + k_presence);
  AGR_TRY_ASSIGN(const auto sessions, live_sessions(turn, agent_id));
  const bool can_be_asked = !sessions.empty() || is_reachable(agent->callback_url());
  return can_be_asked ? begin(turn, {agent_id, agent_id, Inquiry::presence}) : Result<void>{};
}

Result<void> on_pong(Turn& turn, const std::string& agent, const std::string& id) {
  AGR_TRY_ASSIGN(const auto probe, probe_by_id(turn, id));
  if (!probe || probe->agent != agent)
    return {};
  return conclude(turn, *probe, true);
}

Result<void> on_head_answered(Turn& turn, const HeadAnswered& answer) {
  AGR_TRY_ASSIGN(const auto probe, probe_by_id(turn, answer.id));
  if (!probe)
    return {};
  AGR_TRY_ASSIGN(const Settings settings, settings_of(turn));
  const bool knows_no_head = answer.status == 405 || answer.status == 501;
  const bool alive = (answer.status && *answer.status >= 200 && *answer.status < 300) ||
                     (settings.head_405_is_alive && knows_no_head);
  return conclude(turn, *probe, alive);
}

Result<void> on_ping_overdue(Turn& turn, const std::string& subject) {
  AGR_TRY_ASSIGN(const auto probe, probe_of(turn, subject));
  AGR_TRY_ASSIGN(const auto hiring, hiring_by_id(turn, subject));
  const bool matters = probe && (probe->inquiry == Inquiry::presence || (hiring && is_open(hiring->status)));
  return matters ? begin_head(turn, *probe) : forget_probes(turn, subject);
}

Result<void> on_head_overdue(Turn& turn, const std::string& subject) {
  AGR_TRY_ASSIGN(const auto probe, probe_of(turn, subject));
  return probe ? conclude(turn, *probe, false) : Result<void>{};
}

Result<void> forget_all_probes(Turn& turn) {
  AGR_TRY(turn.db().run("DELETE FROM agrenting_probes"));
  AGR_TRY(turn.db().run("DELETE FROM timers WHERE marketplace = 'agrenting' AND kind IN ('ping', 'head')"));
  return {};
}

} // namespace agr::emulator::agrenting
