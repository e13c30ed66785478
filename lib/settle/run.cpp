// SPDX-License-Identifier: MIT
#include "settle/run.hpp"

#include <fmt/format.h>

namespace agr::settle {
namespace {

Result<void> record(Line& line, const Action& action, const Surroundings& around) {
  if (!action.record)
    return {};
  const auto now = around.clock.now();
  if (*action.record == State::intent) {
    AGR_TRY_ASSIGN(line, around.journal.intend(line, now));
    return {};
  }
  const auto& seen = action.ending.seen;
  return around.journal.note(line.key, *action.record, seen ? seen->reference() : "", action.note, now);
}

} // namespace

Result<Ending> run(Line line, Execution::Start start, const Surroundings& around) {
  Execution execution(line, start, around.patience);
  for (auto action = execution.begin();;) {
    AGR_TRY(record(line, action, around));
    switch (action.what) {
    case Action::Do::finish:
      return action.ending;
    case Action::Do::send:
      action = execution.on_answer(around.marketplace.execute(line));
      break;
    case Action::Do::read:
      if (action.wait > Millis(0)) {
        around.progress(fmt::format("no clear answer; reading settlement {} again in {}",
                                    line.obligation.settlement_id, for_people(action.wait)));
        around.clock.sleep(action.wait);
      }
      action = execution.on_seen(around.marketplace.read(line.obligation.settlement_id));
      break;
    }
  }
}

} // namespace agr::settle
