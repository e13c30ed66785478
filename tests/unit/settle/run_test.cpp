// SPDX-License-Identifier: MIT
// Total paid = total owed, whatever happens to the request, the answer or us.
#include "settle/run.hpp"

#include <doctest/doctest.h>

#include <array>
#include <deque>
#include <string>

using namespace agr;
using namespace agr::settle;
using agentsgethired::Settlement;

namespace {

/// We were killed here.
struct Killed {};

enum class Fault {
  none,
  lost_before,
  lost_after,
  error_before,
  error_after,
  torn_after,
  conflict,
  late,
  killed_before,
  killed_after
};

constexpr std::array k_faults{
    Fault::none,       Fault::lost_before, Fault::lost_after, Fault::error_before,  Fault::error_after,
    Fault::torn_after, Fault::conflict,    Fault::late,       Fault::killed_before, Fault::killed_after};

/// A marketplace that pays whenever it is asked to, unless it knows the key: only our care keeps it to one.
struct Bank final : Marketplace {
  std::deque<Fault> faults = {};
  bool knows_keys = false;
  int paid = 0;
  int asked = 0;
  bool late = false;
  std::string status = "draft";
  std::string key = {};

  void pay(const Line& line) {
    if (status != "draft" || (knows_keys && key == line.key))
      return;
    key = line.key;
    ++paid;
    status = "sent";
  }

  Result<Settlement> shown() const {
    return Settlement(json::Value::object({{"id", "s1"}, {"status", status}}));
  }

  static Result<Settlement> broken(Kind kind, std::optional<int> code = {}) {
    return fail({.kind = kind, .message = "broken", .http_status = code});
  }

  Result<Settlement> execute(const Line& line) override {
    ++asked;
    const auto fault = faults.empty() ? Fault::none : faults.front();
    if (!faults.empty())
      faults.pop_front();
    switch (fault) {
    case Fault::none:
      pay(line);
      return shown();
    case Fault::lost_before:
      return broken(Kind::outcome_unknown);
    case Fault::lost_after:
      pay(line);
      return broken(Kind::outcome_unknown);
    case Fault::error_before:
      return broken(Kind::unavailable, 500);
    case Fault::error_after:
      pay(line);
      return broken(Kind::unavailable, 500);
    case Fault::torn_after:
      pay(line);
      return broken(Kind::protocol);
    case Fault::conflict:
      return broken(Kind::conflict, 409);
    case Fault::late:
      late = true;
      return broken(Kind::outcome_unknown);
    case Fault::killed_before:
      throw Killed{};
    case Fault::killed_after:
      pay(line);
      throw Killed{};
    }
    return broken(Kind::internal);
  }

  Result<Settlement> read(const std::string&) override {
    const auto now = shown();
    if (late)
      status = "sent", ++paid, late = false;
    return now;
  }

  Result<agentsgethired::Contract> contract(const std::string&) override {
    return broken(Kind::internal).map([](const auto&) { return agentsgethired::Contract(); });
  }
};

struct StillClock final : Clock {
  Time time{Millis(1'768'478'400'000)};
  [[nodiscard]] Time now() const override { return time; }
  [[nodiscard]] Millis steady() const override { return time.time_since_epoch(); }
  void sleep(Millis duration) override { time += duration; }
};

Line line() {
  Line fresh{.key = {},
             .obligation = {.origin = "https://agentsgethired.com",
                            .contract_id = "c1",
                            .settlement_id = "s1",
                            .rail = "stripe",
                            .amount = Decimal::from_cents(4500),
                            .currency = "USD",
                            .destination = {},
                            .receipt_reference = {}},
             .body = "{}",
             .status_before = "draft"};
  fresh.key = key_of(fresh.obligation);
  return fresh;
}

/// One `settle execute`, as the command does it: an open line is looked at, else a fresh one is sent.
std::optional<State> attempt(Bank& bank, Journal& journal, StillClock& clock, bool resume) {
  const auto present = journal.find("https://agentsgethired.com", "s1");
  REQUIRE(present);
  const bool open = *present && is_open((*present)->state);
  if (!open && bank.status != "draft")
    return State::executed; // the command's own look at the settlement stops it here
  const auto start = !open    ? Execution::Start::fresh
                     : resume ? Execution::Start::try_again
                              : Execution::Start::look;
  try {
    const auto ending =
        run(open ? **present : line(), start, {.marketplace = bank, .journal = journal, .clock = clock});
    REQUIRE(ending);
    return ending->state;
  } catch (const Killed&) {
    return std::nullopt;
  }
}

} // namespace

TEST_CASE("whatever goes wrong, one payment is made") {
  for (const auto first : k_faults)
    for (const auto second : k_faults)
      for (const bool knows_keys : {false, true}) {
        CAPTURE(static_cast<int>(first));
        CAPTURE(static_cast<int>(second));
        auto journal = Journal::open(":memory:");
        Bank bank;
        bank.faults = {first, second};
        bank.knows_keys = knows_keys;
        StillClock clock;
        auto state = attempt(bank, *journal, clock, false);
        // Looking never sends, however often it is done.
        const int asked = bank.asked;
        if (!state || is_open(*state)) {
          for (int look = 0; look < 3; ++look)
            state = attempt(bank, *journal, clock, false);
          CHECK(bank.asked == asked);
        }
        for (int again = 0; again < 4 && state != State::executed; ++again)
          state = attempt(bank, *journal, clock, true);
        CHECK(state == State::executed);
        CHECK(bank.paid == 1);
        CHECK(journal->lines(true)->empty());
      }
}

TEST_CASE("the intent is in the journal before the request leaves") {
  auto journal = Journal::open(":memory:");
  Bank bank;
  bank.faults = {Fault::killed_before};
  StillClock clock;
  CHECK_FALSE(attempt(bank, *journal, clock, false));
  const auto open = journal->lines(true);
  REQUIRE(open->size() == 1);
  CHECK(open->front().state == State::intent);
}

TEST_CASE("nothing leaves when the intent cannot be written") {
  auto journal = Journal::open(":memory:");
  auto other = line();
  other.obligation.receipt_reference = "0xab";
  other.key = key_of(other.obligation);
  StillClock clock;
  REQUIRE(journal->intend(other, clock.now()));
  Bank bank;
  CHECK_FALSE(
      run(line(), Execution::Start::fresh, {.marketplace = bank, .journal = *journal, .clock = clock}));
  CHECK(bank.asked == 0);
}
