// SPDX-License-Identifier: MIT
#include "emulator/agrenting/lifecycle.hpp"

#include "emulator/agrenting/envelope.hpp"
#include "emulator/agrenting/events.hpp"
#include "emulator/agrenting/linear.hpp"
#include "emulator/agrenting/sessions.hpp"
#include "emulator/agrenting/users.hpp"
#include "emulator/agrenting/waits.hpp"
#include "emulator/agrenting/webhooks.hpp"
#include "emulator/refusal.hpp"
#include "emulator/timers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace agr::emulator::agrenting {

const std::string_view k_lifecycle_schema = R"sql(
CREATE TRIGGER IF NOT EXISTS agrenting_hire_is_held AFTER INSERT ON agrenting_hirings
  WHEN NEW.status IN ('paid', 'queued', 'in_progress', 'disputed') BEGIN
  INSERT INTO ledger_gaps VALUES('escrow is the price of what is held', NEW.hirer, NEW.price)
  ON CONFLICT DO UPDATE SET gap = gap + excluded.gap;
END;
CREATE TRIGGER IF NOT EXISTS agrenting_hiring_is_held AFTER UPDATE OF status, price ON agrenting_hirings BEGIN
  INSERT INTO ledger_gaps VALUES('escrow is the price of what is held', NEW.hirer,
    NEW.price * (NEW.status IN ('paid', 'queued', 'in_progress', 'disputed')) -
    OLD.price * (OLD.status IN ('paid', 'queued', 'in_progress', 'disputed')))
  ON CONFLICT DO UPDATE SET gap = gap + excluded.gap;
END;
CREATE TRIGGER IF NOT EXISTS agrenting_new_task_is_held AFTER INSERT ON agrenting_tasks WHEN NEW.held = 1 BEGIN
  INSERT INTO ledger_gaps VALUES('escrow is the price of what is held', NEW.payer, NEW.price)
  ON CONFLICT DO UPDATE SET gap = gap + excluded.gap;
END;
CREATE TRIGGER IF NOT EXISTS agrenting_task_is_held AFTER UPDATE OF held, price ON agrenting_tasks BEGIN
  INSERT INTO ledger_gaps VALUES('escrow is the price of what is held', NEW.payer,
    NEW.price * (NEW.held = 1) - OLD.price * (OLD.held = 1))
  ON CONFLICT DO UPDATE SET gap = gap + excluded.gap;
END;
CREATE TRIGGER IF NOT EXISTS agrenting_escrow_holds AFTER UPDATE OF balance ON ledger_accounts
  WHEN NEW.marketplace = 'agrenting' AND NEW.purpose = 'escrow' BEGIN
  INSERT INTO ledger_gaps VALUES('escrow is the price of what is held', NEW.owner, OLD.balance - NEW.balance)
  ON CONFLICT DO UPDATE SET gap = gap + excluded.gap;
END;
CREATE TRIGGER IF NOT EXISTS agrenting_agent_has_room AFTER INSERT ON agrenting_hirings BEGIN
  SELECT RAISE(ABORT, 'an agent has no room for this hiring')
  WHERE (SELECT COUNT(*) FROM agrenting_hirings WHERE agent = NEW.agent
         AND status IN ('pending_payment', 'paid', 'queued', 'in_progress')) >
    COALESCE((SELECT CAST(value AS INTEGER) FROM agrenting_settings WHERE name = 'capacity'), 1);
END;
CREATE TRIGGER IF NOT EXISTS agrenting_agent_has_room_again AFTER UPDATE OF status ON agrenting_hirings
  WHEN NEW.status IN ('pending_payment', 'paid', 'queued', 'in_progress')
  AND OLD.status NOT IN ('pending_payment', 'paid', 'queued', 'in_progress') BEGIN
  SELECT RAISE(ABORT, 'an agent has no room for this hiring')
  WHERE (SELECT COUNT(*) FROM agrenting_hirings WHERE agent = NEW.agent
         AND status IN ('pending_payment', 'paid', 'queued', 'in_progress')) >
    COALESCE((SELECT CAST(value AS INTEGER) FROM agrenting_settings WHERE name = 'capacity'), 1);
END;
)sql";

namespace {

constexpr int k_fee_percent = 5;
constexpr std::int64_t k_best_reputation = 500;

constexpr std::array k_invariants = {
    Invariant{"a finished hiring keeps no repository token",
              "SELECT 'hiring ' || id AS what FROM agrenting_hirings INDEXED BY agrenting_kept_tokens "
              "WHERE repo_access_token IS NOT NULL "
              "AND status IN ('completed', 'failed', 'cancelled', 'refunded')"},
};

constexpr std::array k_audits = {
    Invariant{"escrow is the price of what is held",
              "SELECT owner || ' is off by ' || SUM(held) AS what FROM ("
              "SELECT hirer AS owner, price AS held FROM agrenting_hirings "
              " WHERE status IN ('paid', 'queued', 'in_progress', 'disputed') "
              "UNION ALL SELECT payer, price FROM agrenting_tasks WHERE held = 1 "
              "UNION ALL SELECT owner, -balance FROM ledger_accounts "
              " WHERE marketplace = 'agrenting' AND purpose = 'escrow') "
              "GROUP BY owner HAVING SUM(held) <> 0"},
    Invariant{"an agent has no more open hirings than it has room for",
              "SELECT 'agent ' || agent AS what FROM agrenting_hirings WHERE status IN ('pending_payment', "
              "'paid', 'queued', 'in_progress') GROUP BY agent HAVING COUNT(*) > "
              "COALESCE((SELECT CAST(value AS INTEGER) FROM agrenting_settings WHERE name = 'capacity'), 1)"},
};

Timer timer_of(const Hiring& hiring, std::string_view kind) {
  return {"agrenting", std::string(kind), hiring.id};
}

/// Deposits first, then earnings.
Result<void> hold(Turn& turn, const Hiring& hiring) {
  AGR_TRY_ASSIGN(const Decimal deposited, balance_of(turn.world, available(hiring.hirer)));
  const Decimal first = std::min(deposited, hiring.price);
  return post(turn, "hold", hiring.id,
              {{available(hiring.hirer), escrow(hiring.hirer), first},
               {earnings(hiring.hirer), escrow(hiring.hirer), hiring.price - first}});
}

Result<void> refund(Turn& turn, const Hiring& hiring) {
  if (!is_held(hiring.status))
    return {};
  return post(turn, "refund", hiring.id, {{escrow(hiring.hirer), available(hiring.hirer), hiring.price}});
}

Result<void> release(Turn& turn, const Hiring& hiring, const Agent& agent, Decimal amount) {
  const Decimal fee = fee_of(amount);
  return post(
      turn, "release", hiring.id,
      {{escrow(hiring.hirer), earnings(agent.payee()), amount - fee}, {escrow(hiring.hirer), fees(), fee}});
}

/// Takes back what release() gave.
Result<void> reclaim(Turn& turn, const Hiring& hiring, const Agent& agent) {
  const Decimal fee = fee_of(hiring.price);
  AGR_TRY_ASSIGN(const Decimal left, balance_of(turn.world, earnings(agent.payee())));
  if (left < hiring.price - fee)
    return refuse(423, "ESCROW_LOCKED", "The provider has already spent what this hiring paid");
  return post(turn, "dispute", hiring.id,
              {{earnings(agent.payee()), escrow(hiring.hirer), hiring.price - fee},
               {fees(), escrow(hiring.hirer), fee}});
}

Result<void> tell_everyone(Turn& turn, const Hiring& hiring) {
  AGR_TRY(notify(turn, Surface::hirer, hiring.hirer, "hirings://active"));
  AGR_TRY(notify(turn, Surface::hirer, hiring.hirer, fmt::format("hiring://{}/status", hiring.id)));
  const bool agent_knows = hiring.started_at || hiring.ended_at;
  if (agent_knows) {
    AGR_TRY(notify(turn, Surface::agent, hiring.agent, "hiring://pending"));
    AGR_TRY(notify(turn, Surface::agent, hiring.agent, fmt::format("hiring://{}", hiring.id)));
  }
  AGR_TRY_ASSIGN(const auto agent, agent_by_id(turn, hiring.agent));
  if (agent)
    AGR_TRY(publish_state(turn, hiring, *agent));
  return settle_waits(turn, hiring);
}

Result<Agent> agent_of(Turn& turn, const Hiring& hiring) {
  AGR_TRY_ASSIGN(auto agent, agent_by_id(turn, hiring.agent));
  if (!agent)
    return fail({Kind::internal, fmt::format("hiring {} has no agent", hiring.id)});
  return std::move(*agent);
}

Result<void> dispatch(Turn& turn, const Hiring& hiring) {
  AGR_TRY(set_timer(turn, timer_of(hiring, k_deadline_timer), hiring.deadline_at));
  return set_timer(turn, timer_of(hiring, k_dispatch_timer), turn.now);
}

Result<void> stop_timers(Turn& turn, const Hiring& hiring) {
  for (const std::string_view kind : {k_dispatch_timer, k_health_timer, k_deadline_timer})
    AGR_TRY(clear_timer(turn, timer_of(hiring, kind)));
  return {};
}

/// Puts a hiring into a final state: its token is forgotten, its timers stop.
Result<void> finish(Turn& turn, Hiring& hiring, Status status) {
  hiring.status = status;
  hiring.ended_at = turn.now;
  hiring.repo_access_token.reset();
  AGR_TRY(update(turn, hiring));
  AGR_TRY(withdraw_delivery(turn, hiring.id));
  AGR_TRY(stop_timers(turn, hiring));
  return tell_everyone(turn, hiring);
}

Result<void> count_failure(Turn& turn, const Hiring& hiring, Blame blame) {
  AGR_TRY_ASSIGN(Agent agent, agent_of(turn, hiring));
  ++agent.failed;
  agent.reputation = std::max<std::int64_t>(0, agent.reputation - (blame == Blame::reported ? 5 : 20));
  return update(turn, agent);
}

Result<void> count_success(Turn& turn, const Hiring& hiring, Agent agent) {
  ++agent.completed;
  agent.reputation = std::min(k_best_reputation, agent.reputation + 2);
  AGR_TRY_ASSIGN(const std::int64_t earned, to_units(hiring.price - fee_of(hiring.price)));
  agent.earned += earned;
  return update(turn, agent);
}

} // namespace

std::optional<Status> after(Status status, Happening happening) {
  const bool is_waiting = status == Status::queued || status == Status::paid;
  const auto when = [](bool possible, Status next) { return possible ? std::optional(next) : std::nullopt; };
  switch (happening) {
  case Happening::payment:
    return when(status == Status::pending_payment, Status::paid);
  case Happening::probe_passed:
    return when(is_waiting, Status::in_progress);
  case Happening::probe_failed:
    return when(is_waiting, Status::failed);
  case Happening::result:
    return when(status == Status::in_progress, Status::completed);
  case Happening::checks_missed:
    return when(status == Status::in_progress, Status::failed);
  case Happening::failure:
    return when(is_waiting || status == Status::in_progress, Status::failed);
  case Happening::deadline:
    return when(is_open(status), Status::failed);
  case Happening::cancel:
    return when(is_open(status), Status::cancelled);
  case Happening::dispute:
    return when(status == Status::in_progress || status == Status::completed, Status::disputed);
  case Happening::refund:
    return when(status == Status::disputed, Status::refunded);
  case Happening::release:
    return when(status == Status::disputed, Status::completed);
  case Happening::retry:
    return when(status == Status::failed, Status::queued);
  }
  return std::nullopt;
}

Decimal fee_of(Decimal price) {
  return price.percent_half_up(k_fee_percent);
}

Result<void> create(Turn& turn, Hiring& hiring) {
  AGR_TRY(insert(turn, hiring));
  if (hiring.status == Status::pending_payment) {
    AGR_TRY(set_timer(turn, timer_of(hiring, k_deadline_timer), hiring.deadline_at));
    return tell_everyone(turn, hiring);
  }
  AGR_TRY(hold(turn, hiring));
  AGR_TRY(dispatch(turn, hiring));
  return tell_everyone(turn, hiring);
}

Result<void> receive_payment(Turn& turn, Hiring& hiring) {
  AGR_TRY(post(turn, "payment", hiring.id, {{outside(), escrow(hiring.hirer), hiring.price}}));
  hiring.status = Status::paid;
  AGR_TRY(update(turn, hiring));
  AGR_TRY(dispatch(turn, hiring));
  return tell_everyone(turn, hiring);
}

Result<void> begin_work(Turn& turn, Hiring& hiring) {
  hiring.status = Status::in_progress;
  hiring.started_at = turn.now;
  hiring.missed_checks = 0;
  AGR_TRY(update(turn, hiring));
  AGR_TRY(set_timer(turn, timer_of(hiring, k_health_timer), turn.now + k_health_interval));
  AGR_TRY_ASSIGN(const Agent agent, agent_of(turn, hiring));
  AGR_TRY(deliver_hiring(turn, hiring, agent));
  AGR_TRY(move_issue(turn, hiring.id, "In Progress"));
  return tell_everyone(turn, hiring);
}

Result<void> complete(Turn& turn, Hiring& hiring, json::Value output) {
  AGR_TRY_ASSIGN(Agent agent, agent_of(turn, hiring));
  AGR_TRY(release(turn, hiring, agent, hiring.price));
  AGR_TRY(count_success(turn, hiring, std::move(agent)));
  hiring.task_output = std::move(output);
  AGR_TRY(move_issue(turn, hiring.id, "In Review"));
  return finish(turn, hiring, Status::completed);
}

Result<void> fail_hiring(Turn& turn, Hiring& hiring, const std::string& reason, Blame blame) {
  AGR_TRY(refund(turn, hiring));
  if (is_held(hiring.status))
    AGR_TRY(count_failure(turn, hiring, blame));
  hiring.failed_reason = reason;
  return finish(turn, hiring, Status::failed);
}

Result<void> cancel(Turn& turn, Hiring& hiring) {
  AGR_TRY(refund(turn, hiring));
  return finish(turn, hiring, Status::cancelled);
}

Result<void> retry(Turn& turn, Hiring& hiring) {
  hiring.status = Status::queued;
  hiring.failed_reason.reset();
  hiring.started_at.reset();
  hiring.ended_at.reset();
  hiring.missed_checks = 0;
  ++hiring.attempt;
  if (hiring.deadline_at <= turn.now)
    hiring.deadline_at = turn.now + k_default_deadline;
  AGR_TRY(update(turn, hiring));
  AGR_TRY(hold(turn, hiring));
  AGR_TRY(dispatch(turn, hiring));
  return tell_everyone(turn, hiring);
}

Result<void> dispute(Turn& turn, Hiring& hiring) {
  if (hiring.status == Status::completed) {
    AGR_TRY_ASSIGN(const Agent agent, agent_of(turn, hiring));
    AGR_TRY(reclaim(turn, hiring, agent));
  }
  hiring.status = Status::disputed;
  hiring.ended_at = turn.now;
  AGR_TRY(update(turn, hiring));
  AGR_TRY(stop_timers(turn, hiring));
  return tell_everyone(turn, hiring);
}

Result<void> settle_dispute(Turn& turn, Hiring& hiring, Decimal refund) {
  AGR_TRY_ASSIGN(const Agent agent, agent_of(turn, hiring));
  AGR_TRY(post(turn, "refund", hiring.id, {{escrow(hiring.hirer), available(hiring.hirer), refund}}));
  AGR_TRY(release(turn, hiring, agent, hiring.price - refund));
  return finish(turn, hiring, refund == hiring.price ? Status::refunded : Status::completed);
}

Result<void> resume_hirings(Turn& turn) {
  AGR_TRY_ASSIGN(const auto open, list_hirings(turn, {.open_only = true, .limit = k_all_hirings}));
  for (const Hiring& hiring : open) {
    if (hiring.status == Status::disputed || hiring.status == Status::pending_payment)
      continue;
    const bool queued = hiring.status != Status::in_progress;
    AGR_TRY(set_timer(turn, timer_of(hiring, queued ? k_dispatch_timer : k_health_timer),
                      queued ? turn.now : turn.now + k_health_interval));
  }
  return {};
}

std::span<const Invariant> hiring_invariants() {
  return k_invariants;
}

std::span<const Invariant> hiring_audits() {
  return k_audits;
}

} // namespace agr::emulator::agrenting
