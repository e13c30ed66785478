// SPDX-License-Identifier: MIT
#include "serve/worker.hpp"

#include "serve/answer.hpp"
#include "serve/verdict.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace agr::serve {
namespace {

constexpr int k_unrunnable_limit = 3;
constexpr Millis k_first_retry{500};
constexpr Millis k_longest_retry{60'000};

bool is_workable(std::string_view status) {
  return status.empty() || status == "in_progress" || status == "paid";
}

bool has_ended(std::string_view status) {
  return status == "completed" || status == "failed" || status == "cancelled" || status == "refunded" ||
         status == "disputed";
}

/// It becomes the name of a folder.
bool is_safe_id(std::string_view id) {
  const auto is_plain = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
  };
  return !id.empty() && id.size() <= 64 && std::ranges::all_of(id, is_plain);
}

bool is_busy(State state) {
  return state == State::accepted || state == State::running;
}

bool is_reporting(State state) {
  return state == State::finished || state == State::submitting;
}

std::string_view name_of(Report report) {
  switch (report) {
  case Report::result:
    return "result";
  case Report::failure:
    return "failure";
  case Report::hand_back:
    return "hand_back";
  case Report::none:
    break;
  }
  return "none";
}

State closed_state(Report report) {
  switch (report) {
  case Report::result:
    return State::done;
  case Report::hand_back:
    return State::handed_back;
  default:
    return State::failed;
  }
}

/// Whether a closed hiring that is offered again may be a new dispatch rather than a repeat. A result that
/// was taken ends a hiring for good; a failed one may be retried. A hiring of which nobody knows how it
/// ended is begun again only on proof.
bool may_be_new(const Entry& closed, const Dispatch& offered) {
  switch (compare(closed.dispatch, offered)) {
  case Same::yes:
    return false;
  case Same::no:
    return true;
  case Same::unknown:
    break;
  }
  return closed.confirmed && closed.state != State::done;
}

/// A status that says our report has arrived, although its answer did not.
bool confirms(Report report, std::string_view status) {
  return report == Report::result ? status == "completed" : status == "failed";
}

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

// ---- work arrives ------------------------------------------------------------------------------------

void Worker::take(const HiringsListed& listed) {
  std::erase_if(m_ignored, [&](const std::string& id) {
    return std::ranges::find(listed.offers, id, &Offer::id) == listed.offers.end();
  });
  for (const auto& offer : listed.offers)
    note_offer(offer);
  check_unlisted(listed);
}

void Worker::note_offer(const Offer& offer) {
  if (!is_workable(offer.status) || has_enough())
    return;
  if (!is_safe_id(offer.id))
    return ignore(offer.id, "a hiring whose id is no plain word");
  if (Hiring* hiring = find(offer.id)) {
    // Lists overtake each other, so this may also be news from before.
    if (compare(hiring->entry.dispatch, offer.dispatch) == Same::no && !is_reporting(hiring->entry.state) &&
        !hiring->abandoned)
      read(*hiring);
    return;
  }
  if (!m_ignored.contains(offer.id) && m_unclear.emplace(offer.id, Unclear{offer}).second)
    m_step.now.emplace_back(LookUp{offer.id});
}

bool Worker::has_enough() const {
  return m_drain_until || (m_settings.once && (m_once_code || !m_open.empty()));
}

void Worker::take(const LookedUp& known) {
  const auto found = m_unclear.find(known.id);
  if (found == m_unclear.end())
    return;
  if (known.last && may_be_new(*known.last, found->second.offer.dispatch)) {
    found->second.last = known.last;
    m_step.now.emplace_back(ReadHiring{known.id});
    return;
  }
  const auto unclear = m_unclear.extract(found);
  if (known.last)
    return ignore(known.id, "this hiring was worked on and closed before; it is not run a second time");
  begin(unclear.mapped().offer, nullptr);
}

/// A closed hiring that is offered again: begun anew only when the marketplace, asked just now, says that
/// it waits for its agent.
void Worker::ask_again(const std::string& id, const Offer& read) {
  const auto unclear = m_unclear.extract(id);
  const auto& [offer, last] = unclear.mapped();
  if (!is_workable(read.status) || !may_be_new(*last, read.dispatch))
    return ignore(id, "this hiring has ended; it is not run a second time");
  if (compare(offer.dispatch, read.dispatch) == Same::no) {
    m_step.now.emplace_back(ListPending{}); // what was offered is older than what there is
    return;
  }
  begin(offer, &*last);
}

void Worker::begin(const Offer& offer, const Entry* last) {
  if (has_enough())
    return;
  auto& hiring = m_open[offer.id];
  hiring.entry = Entry{.id = offer.id,
                       .round = last != nullptr ? last->round + 1 : 1,
                       .dispatch = offer.dispatch,
                       .attempt = last != nullptr ? last->attempt : 0,
                       .attempts_before = last != nullptr ? last->attempt : 0,
                       .hiring = offer.hiring,
                       .deadline = offer.deadline,
                       .seen_at = m_now};
  touch(hiring);
  log({.event = "hiring",
       .hiring_id = offer.id,
       .text = offer.summary,
       .fields = json::Value::object({{"round", hiring.entry.round}})});
}

/// Says so once, for as long as it is listed.
void Worker::ignore(const std::string& id, std::string_view why) {
  if (m_ignored.insert(id).second)
    log({.level = Log::Level::warning,
         .event = "ignored",
         .hiring_id = is_safe_id(id) ? id : "",
         .text = std::string(why)});
}

/// What is no longer offered may have been cancelled: asked before it is believed, because lists overtake
/// each other.
void Worker::check_unlisted(const HiringsListed& listed) {
  for (auto& [id, hiring] : m_open) {
    const bool is_listed =
        std::ranges::any_of(listed.offers, [&](const Offer& offer) { return offer.id == id; });
    if (!is_listed && !hiring.abandoned && !is_reporting(hiring.entry.state))
      read(hiring);
  }
}

void Worker::take(const JournalLoaded& journal) {
  m_poll_at = m_now + m_settings.poll_while_down;
  for (const auto& entry : journal.open) {
    auto& hiring = m_open[entry.id];
    hiring.entry = entry;
    log({.event = "recovered",
         .hiring_id = entry.id,
         .text = fmt::format("was {} when the worker stopped", serve::name_of(entry.state)),
         .fields = json::Value::object({{"state", serve::name_of(entry.state)}})});
    if (is_busy(entry.state))
      m_step.now.emplace_back(FindHandler{entry.id, entry.attempt});
    else if (entry.state == State::held)
      m_step.now.emplace_back(LookForOrder{entry.id, entry.attempt});
    else if (entry.state == State::finished)
      m_step.now.emplace_back(UploadArtifacts{entry.id, entry.attempt});
    else if (entry.state == State::submitting)
      read(hiring);
  }
}

// ---- handlers ----------------------------------------------------------------------------------------

int Worker::busy_slots() const {
  return static_cast<int>(
      std::ranges::count_if(m_open, [](const auto& pair) { return is_busy(pair.second.entry.state); }));
}

bool Worker::may_start() const {
  return !m_drain_until && !m_once_code && m_unrunnable < k_unrunnable_limit;
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
  log({.event = "started",
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
  if (ended.order && !never_ran)
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

// ---- reports -----------------------------------------------------------------------------------------

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
    return take(LockedOut{error});
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
  if (hiring == nullptr) {
    const auto unclear = m_unclear.find(answer.id);
    if (unclear == m_unclear.end() || !unclear->second.last)
      return;
    if (answer.hiring && *answer.hiring)
      return ask_again(answer.id, **answer.hiring);
    m_unclear.erase(unclear); // the next list brings it again
    return;
  }
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

// ---- the stream --------------------------------------------------------------------------------------

void Worker::take(const StreamUp&) {
  m_stream_up = true;
  m_stream_error.clear();
  m_poll_at = m_now + m_settings.poll_while_up;
  log({.event = "ready", .text = "online, waiting for work"});
}

void Worker::take(const StreamDown& down) {
  if (std::exchange(m_stream_up, false))
    m_poll_at = m_now;
  m_stream_error = down.error.message;
  log({.level = Log::Level::warning,
       .event = "reconnecting",
       .text = fmt::format("{}; again in {}", down.error.message, for_people(down.retry_in)),
       .fields = json::Value::object({{"milliseconds", static_cast<long long>(down.retry_in.count())}})});
}

void Worker::take(const LockedOut& locked) {
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
  if (m_poll_at && *m_poll_at <= m_now) {
    m_poll_at = m_now + (m_stream_up ? m_settings.poll_while_up : m_settings.poll_while_down);
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
  at(m_poll_at);
  at(m_handlers_stopped ? std::nullopt : m_drain_until);
  at(m_flush_until);
  return m_left ? std::nullopt : wake;
}

WorkerStatus Worker::status() const {
  auto status = m_counts;
  status.ready = m_stream_up && !m_left;
  status.draining = m_drain_until.has_value() || m_left;
  status.paused = m_unrunnable >= k_unrunnable_limit;
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
