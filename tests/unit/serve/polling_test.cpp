// SPDX-License-Identifier: MIT
#include "serve/polling.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <vector>

using namespace agr;
using namespace agr::serve;

namespace {
constexpr Time k_start{Millis(1'800'000'000'000)};
} // namespace

TEST_CASE("each wait is spread around the interval") {
  SeededRandom random{3};
  Polling polling(random);
  CHECK_FALSE(polling.due());
  auto now = k_start;
  polling.begin(now, Millis(10'000));
  Millis shortest = Millis::max();
  Millis longest{0};
  for (int i = 0; i < 1000; ++i) {
    const auto wait = *polling.due() - now;
    shortest = std::min(shortest, wait);
    longest = std::max(longest, wait);
    now = *polling.due();
    polling.asked(now);
    polling.answered();
    now += Millis(1);
  }
  CHECK(shortest >= Millis(5'000 - 1));
  CHECK(shortest < Millis(5'200));
  CHECK(longest <= Millis(15'000));
  CHECK(longest > Millis(14'800));
}

TEST_CASE("the first question after a loss comes within the interval") {
  SeededRandom random{3};
  for (int i = 0; i < 1000; ++i) {
    Polling polling(random);
    polling.begin_soon(k_start, Millis(10'000));
    CHECK(*polling.due() <= k_start + Millis(10'000));
  }
}

TEST_CASE("what is not answered is asked less often, up to a minute, never more often than wished") {
  SeededRandom random{3};
  struct Case {
    Millis interval;
    std::vector<long long> middles; // of the waits, in seconds
  };
  for (const auto& [interval, middles] :
       {Case{Millis(10'000), {10, 20, 40, 60, 60}}, Case{Millis(200), {0, 0, 0, 1, 3, 6, 12, 25, 51, 60, 60}},
        Case{Millis(300'000), {300, 300}}}) {
    Polling polling(random);
    auto now = k_start;
    polling.begin(now, interval);
    for (const auto seconds : middles) {
      now = *polling.due();
      polling.asked(now);
      const auto wait = *polling.due() - now;
      CHECK(wait >= Millis(seconds * 500));
      CHECK(wait <= Millis((seconds + 1) * 1500));
    }
    polling.answered();
    now = *polling.due();
    polling.asked(now);
    CHECK(*polling.due() - now <= interval * 3 / 2);
  }
}

TEST_CASE("ten thousand agents that lose their streams at once do not ask at once") {
  SeededRandom random{3};
  std::vector<Polling> all(10'000, Polling(random));
  std::map<long long, int> asked; // by second
  for (auto& polling : all) {
    polling.begin_soon(k_start, Millis(10'000));
    while (*polling.due() < k_start + Millis(600'000)) {
      ++asked[(*polling.due() - k_start).count() / 1000];
      polling.asked(*polling.due()); // nobody answers
    }
  }
  for (const auto& [second, count] : asked)
    CHECK(count < 2'000);
  CHECK(asked[599] < 250); // a minute apart each
}

TEST_CASE("no interval is no busy loop") {
  SeededRandom random{3};
  Polling polling(random);
  polling.begin(k_start, Millis(0));
  CHECK(*polling.due() >= k_start + Millis(5));
}
