// SPDX-License-Identifier: MIT
#include "serve/verdict.hpp"
#include "serve/worker.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace agr::serve {
namespace {

constexpr int k_unrunnable_limit = 3;

} // namespace

int Worker::busy_slots() const {
  return static_cast<int>(
      std::ranges::count_if(m_open, [](const auto& pair) { return is_busy(pair.second.entry.state); }));
}

bool Worker::is_paused() const {
  return m_unrunnable >= k_unrunnable_limit;
}

bool Worker::may_start() const {
  return !m_drain_until && !m_once_code && !is_paused();
}

void Worker::fill_slots() {
  if (m_jobs != nullptr)
    m_jobs->running(m_id, busy_slots());
  Hiring* next = nullptr;
  while ((next = next_to_start()) != nullptr && (m_jobs == nullptr || m_jobs->may_begin(m_id))) {
    accept(*next);
    if (m_jobs != nullptr)
      m_jobs->running(m_id, busy_slots());
  }
  if (m_jobs != nullptr && next == nullptr)
    m_jobs->pass(m_id);
}

/// Who has waited longest, when there is a place for it.
Worker::Hiring* Worker::next_to_start() {
  if (!may_start() || busy_slots() >= m_settings.concurrency)
    return nullptr;
  Hiring* next = nullptr;
  for (auto& [id, hiring] : m_open)
    if (hiring.entry.state == State::seen && hiring.entry.not_before <= m_now &&
        (next == nullptr || hiring.entry.seen_at < next->entry.seen_at))
      next = &hiring;
  return next;
}

void Worker::accept(Hiring& hiring) {
  auto& entry = hiring.entry;
  if (entry.deadline && *entry.deadline <= m_now)
    return finish(hiring, Report::failure, "the deadline passed before the work could begin");
  entry.state = State::accepted;
  ++entry.attempt;
  touch(hiring);
  m_step.after.emplace_back(StartHandler{entry.id, entry.attempt, entry.hiring, entry.deadline});
}

void Worker::take(const HandlerStarted& started) {
  Hiring* hiring = find(started.id);
  if (hiring == nullptr || hiring->entry.attempt != started.attempt || hiring->entry.state != State::accepted)
    return;
  hiring->entry.state = State::running;
  touch(*hiring);
  // Said when it is on disk: a handler may remove its spool, and then the line alone tells that it ran.
  m_step.after.emplace_back(Log{.event = "started",
                                .hiring_id = started.id,
                                .text = fmt::format("handler runs, attempt {}", started.attempt),
                                .fields = json::Value::object({{"attempt", started.attempt}})});
}

void Worker::take(const HandlerEnded& ended) {
  Hiring* hiring = find(ended.id);
  if (hiring == nullptr || hiring->entry.attempt != ended.attempt || !is_busy(hiring->entry.state))
    return;
  const auto verdict = judge(ended.ending, ended.errors);
  const bool never_ran = verdict.kind == Verdict::Kind::again;
  if (!never_ran) {
    const auto took = ended.ending.finished - ended.ending.started;
    log({.event = "finished",
         .hiring_id = ended.id,
         .text =
             verdict.reason.empty() ? fmt::format("handler done in {}", for_people(took)) : verdict.reason,
         .fields = json::Value::object({{"attempt", ended.attempt},
                                        {"exit_code", ended.ending.code},
                                        {"signal", ended.ending.signal},
                                        {"milliseconds", static_cast<long long>(took.count())},
                                        {"output_bytes", static_cast<long long>(ended.ending.output_bytes)},
                                        {"detail", ended.ending.message}})});
    count_unrunnable(verdict.unrunnable);
  }
  if (hiring->abandoned)
    return close(ended.id, State::failed, true, std::nullopt);
  // What was submitted claims nothing that a failed push would make a lie.
  const bool is_undone = ended.ending.how == process::How::step_failed;
  if (ended.order && !never_ran && !is_undone)
    return finish(*hiring, ended.order->report, ended.order->reason);
  switch (verdict.kind) {
  case Verdict::Kind::deliver:
    return finish(*hiring, Report::result, "");
  case Verdict::Kind::fail:
    return finish(*hiring, Report::failure, verdict.reason);
  case Verdict::Kind::hand_back:
    return finish(*hiring, Report::hand_back, verdict.reason);
  case Verdict::Kind::later:
    return run_later(*hiring, verdict.reason, "");
  case Verdict::Kind::again:
    return run_again(*hiring, verdict.reason, ended.ending.message);
  case Verdict::Kind::hold:
    return hold(*hiring, verdict.reason);
  case Verdict::Kind::lost:
    return run_lost(*hiring, verdict.reason);
  }
}

void Worker::count_unrunnable(bool unrunnable) {
  m_unrunnable = unrunnable ? m_unrunnable + 1 : 0;
  if (m_unrunnable == k_unrunnable_limit)
    log({.level = Log::Level::error,
         .event = "paused",
         .text =
             fmt::format("the handler could not be run {} times in a row; no more work is taken until it is "
                         "mended and serve-agent started again",
                         k_unrunnable_limit)});
}

/// `detail` is for the log only: what went wrong on this machine is nothing for the hirer.
void Worker::run_later(Hiring& hiring, const std::string& reason, std::string_view detail) {
  auto& entry = hiring.entry;
  const int attempts = entry.attempt - entry.attempts_before;
  const auto delay = m_settings.later_delay * (1 << std::clamp(attempts - 1, 0, 10));
  const bool too_late = entry.deadline && m_now + delay >= *entry.deadline;
  if (too_late || attempts >= m_settings.most_attempts)
    return finish(hiring, Report::failure, fmt::format("{}; given up after {} attempts", reason, attempts));
  entry.state = State::seen;
  entry.not_before = m_now + delay;
  touch(hiring);
  log({.level = Log::Level::warning,
       .event = "later",
       .hiring_id = entry.id,
       .text = fmt::format("{}{}{}; next attempt in {}", reason, detail.empty() ? "" : ": ", detail,
                           for_people(delay)),
       .fields = json::Value::object({{"milliseconds", static_cast<long long>(delay.count())}})});
}

/// What a kill cut off before it began is begun at once; what could not begin for a reason of its own waits.
void Worker::run_again(Hiring& hiring, const std::string& reason, std::string_view detail) {
  if (!detail.empty())
    return run_later(hiring, reason, detail);
  hiring.entry.state = State::seen;
  touch(hiring);
}

void Worker::run_lost(Hiring& hiring, const std::string& reason) {
  switch (m_settings.on_crash) {
  case OnCrash::fail:
    return finish(hiring, Report::failure, reason);
  case OnCrash::retry:
    return run_later(hiring, "the handler was lost in a crash of the agent's machine", "");
  case OnCrash::hold:
    return hold(hiring, "the handler was lost; agr submit decides what becomes of the hiring");
  }
}

/// It takes no place among the handlers, and goes on answering for the hiring.
void Worker::hold(Hiring& hiring, const std::string& reason) {
  auto& entry = hiring.entry;
  entry.state = State::held;
  touch(hiring);
  log({.event = "held", .hiring_id = entry.id, .text = reason});
  // It may have come in between.
  m_step.after.emplace_back(LookForOrder{entry.id, entry.attempt});
}

void Worker::take(const Ordered& ordered) {
  Hiring* hiring = find(ordered.id);
  if (hiring != nullptr && hiring->entry.attempt == ordered.attempt && hiring->entry.state == State::held)
    finish(*hiring, ordered.order.report, ordered.order.reason);
}

void Worker::finish(Hiring& hiring, Report report, std::string reason) {
  auto& entry = hiring.entry;
  entry.state = State::finished;
  entry.report = report;
  entry.reason = std::move(reason);
  entry.tries = 0;
  touch(hiring);
  m_step.after.emplace_back(UploadArtifacts{entry.id, entry.attempt});
}

} // namespace agr::serve
