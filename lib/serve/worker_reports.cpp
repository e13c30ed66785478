// SPDX-License-Identifier: MIT
#include "serve/answer.hpp"
#include "serve/rules.hpp"
#include "serve/worker.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace agr::serve {
namespace {

constexpr Millis k_first_retry{500};
constexpr Millis k_longest_retry{60'000};

Log reported(const Entry& entry) {
  const std::string_view what = name_of(entry.report);
  return Log{.event = "submitted",
             .hiring_id = entry.id,
             .text = entry.report == Report::result ? "result accepted" : "reported: " + entry.reason,
             .fields = json::Value::object({{"report", what}})};
}

Log superseded_log(const Entry& entry) {
  return Log{.event = "superseded",
             .hiring_id = entry.id,
             .text =
                 "the hiring was ended and dispatched again; nothing is submitted for the dispatch before"};
}

Log ended_log(const Entry& entry, std::string_view status) {
  return Log{.event = "cancelled",
             .hiring_id = entry.id,
             .text = fmt::format("the hiring is {}; nothing is submitted", status),
             .fields = json::Value::object({{"status", status}})};
}

} // namespace

void Worker::take(const ArtifactRefused& refused) {
  log({.level = Log::Level::warning,
       .event = "artifact_refused",
       .hiring_id = refused.id,
       .text = fmt::format("{} is not uploaded: it is no plain file", refused.name)});
}

void Worker::take(const ArtifactsUploaded& uploaded) {
  Hiring* hiring = find(uploaded.id);
  if (hiring == nullptr || hiring->entry.state != State::finished)
    return;
  if (!uploaded.error)
    return submit(*hiring);
  if (meaning_of(*uploaded.error) != Answer::refused)
    return take_failed_try(*hiring, Next::upload, *uploaded.error);
  log({.level = Log::Level::warning,
       .event = "artifacts_refused",
       .hiring_id = uploaded.id,
       .text = uploaded.error->message});
  submit(*hiring);
}

void Worker::submit(Hiring& hiring) {
  auto& entry = hiring.entry;
  entry.state = State::submitting;
  hiring.next = Next::nothing;
  touch(hiring);
  if (entry.report == Report::result)
    m_step.after.emplace_back(SubmitResult{entry.id, entry.attempt});
  else
    m_step.after.emplace_back(SubmitFailure{entry.id, entry.attempt, entry.reason});
}

void Worker::take(const Submitted& submitted) {
  Hiring* hiring = find(submitted.id);
  if (hiring == nullptr || hiring->entry.state != State::submitting)
    return;
  if (!submitted.error)
    return close(submitted.id, closed_state(hiring->entry.report), true, reported(hiring->entry));
  if (meaning_of(*submitted.error) == Answer::refused)
    return give_up_result(*hiring, *submitted.error);
  take_failed_try(*hiring, Next::submit, *submitted.error);
}

void Worker::take_failed_try(Hiring& hiring, Next again, const Error& error) {
  switch (meaning_of(error)) {
  case Answer::locked_out:
    take(LockedOut{error});
    return m_left ? void() : wait(hiring, again, error);
  case Answer::look:
    return wait(hiring, Next::read, error);
  default:
    return wait(hiring, again, error);
  }
}

void Worker::give_up_result(Hiring& hiring, const Error& error) {
  auto& entry = hiring.entry;
  entry.last_error = error.message;
  if (entry.report != Report::result)
    return close(
        entry.id, State::failed, false,
        Log{.level = Log::Level::error, .event = "refused", .hiring_id = entry.id, .text = error.message});
  log({.level = Log::Level::error, .event = "refused", .hiring_id = entry.id, .text = error.message});
  entry.report = Report::failure;
  entry.reason = "the marketplace did not take the result: " + error.message;
  submit(hiring);
}

void Worker::wait(Hiring& hiring, Next next, const Error& error) {
  auto& entry = hiring.entry;
  const auto delay = std::max(jitter(entry.tries), error.retry_after.value_or(Millis(0)));
  ++entry.tries;
  ++m_counts.retries;
  entry.last_error = error.message;
  hiring.next = next;
  hiring.due = m_now + delay;
  touch(hiring);
  log({.level = Log::Level::warning,
       .event = "retrying",
       .hiring_id = entry.id,
       .text = fmt::format("{}; again in {}", error.message, for_people(delay)),
       .fields = json::Value::object({{"tries", entry.tries}})});
}

/// Full jitter under a ceiling that doubles.
Millis Worker::jitter(int tries) {
  const auto ceiling = std::min(k_first_retry * (1 << std::min(tries, 10)), k_longest_retry);
  return Millis(static_cast<long long>(m_random.below(static_cast<std::uint64_t>(ceiling.count()) + 1)));
}

void Worker::read(Hiring& hiring) {
  hiring.next = Next::nothing;
  hiring.waiting = is_reporting(hiring.entry.state);
  if (!std::exchange(hiring.reading, true))
    m_step.now.emplace_back(ReadHiring{hiring.entry.id});
}

void Worker::take(const ReadBack& answer) {
  Hiring* hiring = find(answer.id);
  if (hiring == nullptr)
    return clear_up(answer);
  hiring->reading = false;
  // Asked while the handler ran, answered while the report is on its way: that report speaks for itself.
  const bool overtaken = is_reporting(hiring->entry.state) && !std::exchange(hiring->waiting, false);
  if (overtaken)
    return;
  if (answer.hiring && *answer.hiring)
    return take_view(*hiring, **answer.hiring);
  if (!is_reporting(hiring->entry.state))
    return;
  if (!answer.hiring)
    return take_failed_try(*hiring, Next::read, answer.hiring.error());
  close(answer.id, State::failed, false,
        Log{.level = Log::Level::warning,
            .event = "gone",
            .hiring_id = answer.id,
            .text = "the marketplace does not know the hiring any more"});
}

void Worker::take_view(Hiring& hiring, const Offer& view) {
  const auto& entry = hiring.entry;
  if (compare(entry.dispatch, view.dispatch) == Same::no) {
    hiring.superseded = true;
    return ended_elsewhere(hiring, superseded_log(entry));
  }
  if (has_ended(view.status)) {
    if (entry.state == State::submitting && confirms(entry.report, view.status))
      return close(entry.id, closed_state(entry.report), true, reported(entry));
    return ended_elsewhere(hiring, ended_log(entry, view.status));
  }
  if (entry.state == State::finished)
    m_step.now.emplace_back(UploadArtifacts{entry.id, entry.attempt});
  if (entry.state == State::submitting)
    submit(hiring);
}

void Worker::ended_elsewhere(Hiring& hiring, Log why) {
  if (!is_busy(hiring.entry.state))
    return close(hiring.entry.id, State::failed, true, std::move(why));
  if (std::exchange(hiring.abandoned, true))
    return;
  log(std::move(why));
  m_step.now.emplace_back(StopHandler{hiring.entry.id, process::Stop::gently});
}

void Worker::close(const std::string& id, State state, bool confirmed, std::optional<Log> log) {
  const auto found = m_open.find(id);
  auto entry = std::move(found->second.entry);
  const bool superseded = found->second.superseded;
  m_open.erase(found);
  entry.state = state;
  entry.confirmed = confirmed;
  entry.hiring.clear();
  if (log)
    m_step.after.emplace_back(std::move(*log));
  m_step.after.emplace_back(Forget{entry.id, entry.attempt});
  if (superseded)
    m_step.after.emplace_back(ListPending{});
  m_step.lines.push_back(std::move(entry));
  ++(state == State::done ? m_counts.done : state == State::failed ? m_counts.failed : m_counts.handed_back);
  if (m_settings.once)
    m_once_code = state == State::done ? 0 : 1;
}

} // namespace agr::serve
