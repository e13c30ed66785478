// SPDX-License-Identifier: MIT
#include "settle/execution.hpp"

#include "base/text.hpp"
#include "receipt/networks.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace agr::settle {
namespace {

using agentsgethired::Settlement;

/// The waits before each look after an unclear answer, as many as fit.
std::vector<Millis> waits_within(Millis patience) {
  std::vector<Millis> waits;
  for (const Millis wait :
       {Millis(1'000), Millis(2'000), Millis(4'000), Millis(8'000), Millis(16'000), Millis(30'000)})
    if ((patience -= wait) >= Millis(0))
      waits.push_back(wait);
  if (waits.empty())
    waits.emplace_back(0);
  std::ranges::reverse(waits);
  return waits;
}

} // namespace

Proof proof_of(const Error& error) {
  const int status = error.http_status.value_or(0);
  if (status == 0)
    return error.kind == Kind::unavailable ? Proof::not_sent : Proof::unclear;
  if (status == 409)
    return Proof::conflict;
  const bool clear_no = status >= 400 && status < 500 && status != 408 && status != 425 && status != 429;
  return clear_no ? Proof::refused : Proof::unclear;
}

Execution::Execution(Line line, Start start, Millis patience)
    : m_line(std::move(line)), m_start(start), m_waits(waits_within(patience)) {}

Action Execution::begin() {
  if (m_start == Start::fresh)
    return {.what = Action::Do::send, .record = State::intent};
  return {.what = Action::Do::read};
}

Action Execution::on_answer(const Result<Settlement>& answer) {
  if (answer && answer->is_paid())
    return conclude(State::executed, *answer, {});
  if (answer)
    return read_back(Phase::unclear, {.kind = Kind::outcome_unknown,
                                      .message = fmt::format("the marketplace answered with status \"{}\"",
                                                             printable(answer->status()))});
  const auto& error = answer.error();
  switch (proof_of(error)) {
  case Proof::unclear:
    return read_back(Phase::unclear, error);
  case Proof::conflict:
    return read_back(Phase::conflict, error);
  case Proof::refused:
  case Proof::not_sent:
    break;
  }
  // A no to a second request says nothing about the first one.
  if (m_start == Start::try_again)
    return read_back(Phase::conflict, error);
  return conclude(State::refused, {}, error);
}

Action Execution::on_seen(const Result<Settlement>& seen) {
  if (!seen) {
    m_why = m_why.value_or(seen.error());
    return m_phase == Phase::unclear ? read_again() : leave_unknown({});
  }
  if (seen->is_paid() && !paid_by_other(*seen))
    return conclude(State::executed, *seen, {});
  if (seen->is_paid())
    return conclude(
        State::refused, *seen,
        Error{.kind = Kind::conflict,
              .message = fmt::format("settlement {} is {} by another receipt",
                                     m_line.obligation.settlement_id, printable(seen->status()))});
  const bool moved = seen->status() != m_line.status_before;
  if (moved && (seen->status() == "failed" || seen->status() == "cancelled"))
    return conclude(State::refused, *seen,
                    Error{.kind = Kind::failed,
                          .message = fmt::format("settlement {} is {}{}{}", m_line.obligation.settlement_id,
                                                 seen->status(), seen->error().empty() ? "" : ": ",
                                                 printable(seen->error()))});
  return after_unmoved(*seen);
}

Action Execution::after_unmoved(const Settlement& seen) {
  const bool known = seen.status() == m_line.status_before;
  switch (m_phase) {
  case Phase::opening:
    if (m_start == Start::try_again && known)
      return {.what = Action::Do::send, .record = State::intent};
    return leave_unknown(seen);
  case Phase::conflict:
    if (m_start == Start::fresh && known)
      return conclude(State::refused, seen, m_why);
    return leave_unknown(seen);
  case Phase::unclear:
    return m_waits.empty() ? leave_unknown(seen) : read_again();
  }
  return leave_unknown(seen);
}

Action Execution::read_back(Phase phase, Error why) {
  m_phase = phase;
  m_why = std::move(why);
  auto action = phase == Phase::unclear ? read_again() : Action{.what = Action::Do::read};
  action.record = State::unknown;
  action.note = m_why->message;
  return action;
}

Action Execution::read_again() {
  if (m_waits.empty())
    return leave_unknown({});
  const auto wait = m_waits.back();
  m_waits.pop_back();
  return {.what = Action::Do::read, .wait = wait};
}

Action Execution::conclude(State state, std::optional<Settlement> seen, std::optional<Error> error) const {
  return {.what = Action::Do::finish,
          .record = state,
          .note = error ? error->message : "",
          .ending = {.state = state, .seen = std::move(seen), .error = std::move(error)}};
}

Action Execution::leave_unknown(std::optional<Settlement> seen) const {
  const auto& id = m_line.obligation.settlement_id;
  const auto shown =
      seen ? fmt::format("it still shows \"{}\"", printable(seen->status())) : "it could not be read back";
  auto why = m_why ? fmt::format(" ({})", m_why->message) : "";
  return conclude(
      State::unknown, std::move(seen),
      Error{.kind = Kind::outcome_unknown,
            .message = fmt::format("nobody knows yet whether settlement {} was paid: {}{}", id, shown, why),
            .hint = fmt::format("look again with `agr settle execute {0}`, which sends nothing while this is "
                                "open; `agr settle execute {0} --resume` sends the same request once more",
                                id)});
}

bool Execution::paid_by_other(const Settlement& seen) const {
  const auto& ours = m_line.obligation.receipt_reference;
  return !ours.empty() && !seen.reference().empty() && receipt::canonical_reference(seen.reference()) != ours;
}

} // namespace agr::settle
