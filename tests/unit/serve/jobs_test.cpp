// SPDX-License-Identifier: MIT
#include "play.hpp"

using namespace agr;
using namespace agr::serve;
using namespace agr::serve::play;

namespace {

constexpr JobsId k_a{1};
constexpr JobsId k_b{2};
constexpr JobsId k_c{3};

} // namespace

TEST_CASE("places are given out in turn") {
  std::vector<JobsId> woken;
  Jobs jobs(2, [&](JobsId who) { woken.push_back(who); });
  CHECK(jobs.may_begin(k_a));
  jobs.running(k_a, 1);
  CHECK(jobs.may_begin(k_a));
  jobs.running(k_a, 2);
  CHECK_FALSE(jobs.may_begin(k_a)); // in line
  CHECK_FALSE(jobs.may_begin(k_b));
  CHECK_FALSE(jobs.may_begin(k_c));
  jobs.running(k_a, 1);
  CHECK(woken == std::vector{k_a});
  CHECK_FALSE(jobs.may_begin(k_b)); // not its turn
  CHECK(jobs.may_begin(k_a));
  jobs.running(k_a, 2);
  CHECK_FALSE(jobs.may_begin(k_a)); // behind the others now
  jobs.running(k_a, 1);
  CHECK(woken.back() == k_b);
  jobs.pass(k_b); // it changed its mind
  CHECK(woken.back() == k_c);
  CHECK(jobs.may_begin(k_c));
}

TEST_CASE("no limit, no line") {
  Jobs jobs(0, [](JobsId) { FAIL("nobody waits"); });
  for (int i = 1; i < 1000; ++i) {
    CHECK(jobs.may_begin(k_a));
    jobs.running(k_a, i);
  }
}

TEST_CASE("a greedy agent does not keep the others from working") {
  SeededRandom random{1};
  const Time now{Millis(1'800'000'000'000)};
  std::vector<JobsId> woken;
  Jobs jobs(1, [&](JobsId who) { woken.push_back(who); });
  Worker greedy({.concurrency = 9}, random, &jobs, k_a);
  Worker modest({}, random, &jobs, k_b);
  for (auto* worker : {&greedy, &modest})
    worker->on(JournalLoaded{}, now);
  const auto starts = [](const Step& step) {
    return std::ranges::count_if(step.after,
                                 [](const Effect& e) { return std::holds_alternative<StartHandler>(e); });
  };
  for (const char* id : {"g1", "g2", "g3"})
    greedy.on(listed({offer(id)}), now);
  CHECK(starts(greedy.on(LookedUp{"g1"}, now)) == 1);
  CHECK(starts(greedy.on(LookedUp{"g2"}, now)) == 0);
  CHECK(starts(greedy.on(LookedUp{"g3"}, now)) == 0);
  modest.on(listed({offer("m1")}), now);
  CHECK(starts(modest.on(LookedUp{"m1"}, now)) == 0);

  // g2 was in line first, then it is m1's turn, although g3 waits as well.
  CHECK(starts(greedy.on(exited("g1", 0), now)) == 1);
  CHECK(starts(greedy.on(exited("g2", 0), now)) == 0);
  CHECK(woken.back() == k_b);
  CHECK(starts(modest.on(Tick{}, now)) == 1);
  modest.on(exited("m1", 0), now);
  CHECK(woken.back() == k_a);
  CHECK(starts(greedy.on(Tick{}, now)) == 1);
  CHECK(jobs.running() == 1);
}
