// SPDX-License-Identifier: MIT
#include "base/random.hpp"
#include "serve/door.hpp"

#include <doctest/doctest.h>

#include <deque>
#include <map>
#include <vector>

using namespace agr;
using namespace agr::serve;

namespace {

Visit visit(std::uint64_t number) {
  return Visit{number};
}

std::vector<int> numbers(const std::vector<Visit>& visits) {
  std::vector<int> all;
  for (const auto one : visits)
    all.push_back(static_cast<int>(one));
  return all;
}

using Ids = std::vector<int>;
constexpr Millis k_now{1000};

Door with_line(const Door::Limits& limits, std::uint64_t count) {
  Door door(limits);
  for (std::uint64_t i = 1; i <= count; ++i)
    door.ask(visit(i));
  return door;
}

} // namespace

TEST_CASE("first come, first served, as many at once as there are places") {
  auto door = with_line({.places = 2}, 5);
  CHECK(numbers(door.admit(k_now)) == Ids{1, 2});
  CHECK(numbers(door.admit(k_now)) == Ids{});
  door.passed(visit(1));
  CHECK(numbers(door.admit(k_now)) == Ids{3});
  door.withdraw(visit(2)); // from inside
  door.withdraw(visit(4)); // from the line
  CHECK(numbers(door.admit(k_now)) == Ids{5});
  CHECK_FALSE(door.opens());
}

TEST_CASE("the place of one that was lost stays shut for a while, and one success opens all") {
  auto door = with_line({.places = 3, .first = Millis(100)}, 9);
  door.admit(k_now);
  door.lost(visit(1), k_now, 40); // 40 of [0, 100]
  door.lost(visit(2), k_now, 60);
  CHECK(numbers(door.admit(k_now)) == Ids{});
  CHECK(door.opens() == k_now + Millis(40));
  CHECK(numbers(door.admit(k_now + Millis(40))) == Ids{4});
  door.passed(visit(3));
  CHECK(numbers(door.admit(k_now + Millis(40))) == Ids{5, 6});
  door.lost(visit(4), k_now, 5);
  door.lost(visit(4), k_now, 5); // only once
  CHECK(numbers(door.admit(k_now + Millis(5))) == Ids{7});
}

TEST_CASE("without success the ceiling doubles, up to the cap") {
  auto door = with_line({.places = 1, .first = Millis(100), .cap = Millis(1000)}, 20);
  auto now = k_now;
  for (const int longest : {100, 200, 400, 800, 1000, 1000}) {
    const auto in = door.admit(now);
    REQUIRE(in.size() == 1);
    door.lost(in.front(), now, static_cast<std::uint64_t>(longest)); // the most it can be
    CHECK(door.opens() == now + Millis(longest));
    now = *door.opens();
  }
  const auto in = door.admit(now);
  door.passed(in.front());
  const auto next = door.admit(now);
  door.lost(next.front(), now, 100);
  CHECK(door.opens() == now + Millis(100));
}

namespace {

/// Ten thousand sessions and a marketplace that is down for a while: who knocks when.
struct Stampede {
  SeededRandom random{5};
  Door door{};
  Millis now{0};
  std::map<long long, int> knocks; // by second
  std::uint64_t up = 0;

  /// A knock at a marketplace that is down is lost at once, one that is up takes 100 ms.
  void run(Millis until, bool is_up) {
    std::multimap<Millis, Visit> arriving;
    while (now < until) {
      for (const auto who : door.admit(now)) {
        ++knocks[now.count() / 1000];
        if (is_up)
          arriving.emplace(now + Millis(100), who);
        else {
          door.lost(who, now, random.number());
          door.ask(who);
        }
      }
      now += Millis(10);
      for (; !arriving.empty() && arriving.begin()->first <= now; ++up) {
        door.passed(arriving.begin()->second);
        arriving.erase(arriving.begin());
      }
    }
  }
};

} // namespace

TEST_CASE("ten thousand agents do not run down a marketplace that restarts") {
  Stampede world;
  for (std::uint64_t i = 1; i <= 10'000; ++i)
    world.door.ask(visit(i));
  world.run(Millis(600'000), false);
  CHECK(world.knocks[0] < 2'000);
  int worst = 0;
  for (long long second = 120; second < 600; ++second)
    worst = std::max(worst, world.knocks[second]);
  CHECK(worst < 100);
  CHECK(worst > 0); // somebody still looks

  // When it is back everybody is in soon, and never more than the places at once.
  world.knocks.clear();
  world.run(Millis(620'000), true);
  CHECK(world.up == 10'000);
  for (const auto& [second, count] : world.knocks)
    CHECK(count <= 256 * 11);
}
