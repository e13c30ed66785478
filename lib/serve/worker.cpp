// SPDX-License-Identifier: MIT
#include "serve/worker.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace agr::serve {
namespace {
constexpr Millis k_patience = std::chrono::hours(1); // with a key that is refused all of a sudden
} // namespace

Step Worker::on(const Event& event, Time now) {
  m_now = now;
  if (m_left)
    return {};
  std::visit([this](const auto& what) { take(what); }, event);
  fill_slots();
  leave_when_done();
  for (const auto& id : m_touched)
    if (const Hiring* hiring = find(id))
      m_step.lines.push_back(hiring->entry);
  m_touched.clear();
  m_step.wake = next_wake();
  return std::exchange(m_step, {});
}
// ---- the stream --------------------------------------------------------------------------------------

void Worker::take(const StreamUp&) {
  m_polling.begin(m_now, m_settings.poll_while_up);
  note_accepted();
  come_online();
}

void Worker::take(const StreamDown& down) {
  if (m_online)
    m_polling.begin_soon(m_now, m_settings.poll_while_down);
  go_offline(down.error, down.retry_in);
}

void Worker::note_accepted() {
  m_was_accepted = true;
  m_refused_since.reset();
}

void Worker::come_online() {
  if (std::exchange(m_online, true))
    return;
  m_stream_error.clear();
  log({.event = "ready", .text = "online, waiting for work"});
}

void Worker::go_offline(const Error& error, Millis retry_in) {
  m_online = false;
  m_stream_error = error.message;
  log({.level = Log::Level::warning,
       .event = "reconnecting",
       .text = fmt::format("{}; again in {}", error.message, for_people(retry_in)),
       .fields = json::Value::object({{"milliseconds", static_cast<long long>(retry_in.count())}})});
}

/// A key that was accepted before may be accepted again: services err, and HUP brings a new one. Everything
/// else about this worker goes on as while the marketplace cannot be reached.
void Worker::take(const LockedOut& locked) {
  const bool was_answered = locked.error.http_status.has_value();
  if (m_was_accepted && was_answered && m_now - m_refused_since.value_or(m_now) < k_patience) {
    if (!m_refused_since)
      log({.level = Log::Level::error,
           .event = "key_refused",
           .text = fmt::format("{}; given up after {} of it", locked.error.message, for_people(k_patience))});
    m_refused_since = m_refused_since.value_or(m_now);
    return;
  }
  log({.level = Log::Level::error, .event = "locked_out", .text = locked.error.message});
  m_step.after.emplace_back(Exit{exit_code(locked.error.kind)});
  m_left = true;
}

void Worker::take(const JournalFailed& failed) {
  log({.level = Log::Level::error,
       .event = "journal_failed",
       .text = failed.error.message +
               "; what was not written down is not begun, and running handlers are found "
               "again by the next serve-agent"});
  m_step.now.emplace_back(Exit{exit_code(failed.error.kind)});
  m_left = true;
}

// ---- time and signals --------------------------------------------------------------------------------

void Worker::take(const Signalled& signalled) {
  ++m_signals;
  if (m_signals > 2) {
    m_step.now.emplace_back(Exit{128 + signalled.number});
    m_left = true;
    return;
  }
  m_drain_until = m_signals == 1 ? m_now + m_settings.drain_timeout : m_now;
  for (auto& [id, hiring] : m_open)
    hiring.due = m_now;
  log({.event = "draining",
       .text = m_signals == 1
                   ? fmt::format("taking nothing new, {} running; a second signal cancels them", busy_slots())
                   : "cancelling what runs; a third signal leaves at once"});
  if (m_signals == 2)
    stop_handlers(process::Stop::at_once);
  do_what_is_due();
}

void Worker::stop_handlers(process::Stop how) {
  m_handlers_stopped = true;
  for (const auto& [id, hiring] : m_open)
    if (is_busy(hiring.entry.state))
      m_step.now.emplace_back(StopHandler{id, how});
}

void Worker::take(const Tick&) {
  do_what_is_due();
}

void Worker::do_what_is_due() {
  for (auto& [id, hiring] : m_open) {
    if (hiring.next == Next::nothing || hiring.due > m_now)
      continue;
    const auto next = std::exchange(hiring.next, Next::nothing);
    if (next == Next::upload)
      m_step.now.emplace_back(UploadArtifacts{id, hiring.entry.attempt});
    else if (next == Next::submit)
      submit(hiring);
    else
      read(hiring);
  }
  if (m_polling.due() && *m_polling.due() <= m_now) {
    m_polling.asked(m_now);
    m_step.now.emplace_back(ListPending{});
    look_for_orders(); // should the ring not have been heard
  }
  end_overdue();
  if (m_drain_until && *m_drain_until <= m_now && !m_handlers_stopped)
    stop_handlers(process::Stop::gently);
}

void Worker::take(const Rung&) {
  look_for_orders();
}

void Worker::look_for_orders() {
  for (const auto& [id, hiring] : m_open)
    if (hiring.entry.state == State::held)
      m_step.now.emplace_back(LookForOrder{id, hiring.entry.attempt});
}

void Worker::end_overdue() {
  for (auto& [id, hiring] : m_open)
    if (hiring.entry.state == State::held && hiring.entry.deadline && *hiring.entry.deadline <= m_now)
      finish(hiring, Report::failure, "the deadline passed before the result was delivered");
}

void Worker::leave_when_done() {
  if (m_left || (!m_drain_until && !m_once_code) || busy_slots() > 0)
    return;
  const auto left =
      std::ranges::count_if(m_open, [](const auto& pair) { return is_reporting(pair.second.entry.state); });
  if (left > 0) {
    if (!m_flush_until)
      m_flush_until = m_now + m_settings.flush_timeout;
    if (*m_flush_until > m_now)
      return;
  }
  if (m_drain_until)
    m_step.after.emplace_back(
        Log{.event = "drained",
            .text = left == 0 ? "everything is reported"
                              : fmt::format("{} reports are kept for the next start", left),
            .fields = json::Value::object({{"unreported", static_cast<long long>(left)}})});
  m_step.after.emplace_back(Exit{m_once_code.value_or(0)});
  m_left = true;
}

std::optional<Time> Worker::next_wake() const {
  std::optional<Time> wake;
  const auto at = [&wake](std::optional<Time> time) {
    if (time && (!wake || *time < *wake))
      wake = time;
  };
  for (const auto& [id, hiring] : m_open) {
    if (hiring.next != Next::nothing)
      at(hiring.due);
    if (hiring.entry.state == State::seen && hiring.entry.not_before > m_now && may_start())
      at(hiring.entry.not_before);
    if (hiring.entry.state == State::held)
      at(hiring.entry.deadline);
  }
  at(m_polling.due());
  at(m_handlers_stopped ? std::nullopt : m_drain_until);
  at(m_flush_until);
  return m_left ? std::nullopt : wake;
}

WorkerStatus Worker::status() const {
  auto status = m_counts;
  status.ready = m_online && !m_left;
  status.draining = m_drain_until.has_value() || m_left;
  status.paused = is_paused();
  status.last_error = m_stream_error;
  for (const auto& [id, hiring] : m_open) {
    const auto& entry = hiring.entry;
    status.waiting += entry.state == State::seen ? 1 : 0;
    status.running += is_busy(entry.state) ? 1 : 0;
    status.held += entry.state == State::held ? 1 : 0;
    if (!is_reporting(entry.state))
      continue;
    ++status.reporting;
    if (!status.oldest_report || entry.seen_at < *status.oldest_report) {
      status.oldest_report = entry.seen_at;
      status.last_error = entry.last_error.empty() ? m_stream_error : entry.last_error;
    }
  }
  return status;
}

Worker::Hiring* Worker::find(const std::string& id) {
  const auto found = m_open.find(id);
  return found == m_open.end() ? nullptr : &found->second;
}

} // namespace agr::serve
