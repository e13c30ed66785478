// SPDX-License-Identifier: MIT
#include "net/loop.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <limits>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using namespace agr;
using net::Interest;
using net::Loop;

namespace {

struct Pair {
  std::array<int, 2> ends{};
  Pair() { REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0); }
  Pair(const Pair&) = delete;
  Pair& operator=(const Pair&) = delete;
  ~Pair() {
    for (const int end : ends)
      ::close(end);
  }
  void send(char byte) const { REQUIRE(::write(ends[1], &byte, 1) == 1); }
  [[nodiscard]] bool take() const {
    char byte = 0;
    return ::read(ends[0], &byte, 1) == 1;
  }
};

} // namespace

TEST_CASE("posted callbacks run in order, on the thread of run, from any thread") {
  Loop loop;
  std::string order;
  loop.post([&] { order += 'a'; });
  loop.post([&] {
    order += 'b';
    loop.post([&] { order += 'c'; });
  });
  CHECK(order.empty()); // never from inside post
  std::thread([&] { loop.post([&] { loop.post([&] { loop.stop(); }); }); }).join();
  loop.run();
  CHECK(order == "abc");
}

TEST_CASE("run can be repeated, and a stop before it ends it at once") {
  Loop loop;
  loop.stop();
  loop.run();
  int runs = 0;
  for (int i = 0; i < 3; ++i) {
    loop.post([&] {
      ++runs;
      loop.stop();
    });
    loop.run();
  }
  CHECK(runs == 3);
}

TEST_CASE("timers run in the order of their time, once") {
  Loop loop;
  std::string order;
  loop.after(Millis(3), [&] { order += 'c'; });
  loop.after(Millis(1), [&] { order += 'a'; });
  loop.after(Millis(2), [&] { order += 'b'; });
  loop.after(Millis(10), [&] { loop.stop(); });
  loop.run();
  CHECK(order == "abc");
}

TEST_CASE("a cancelled timer never runs") {
  Loop loop;
  bool ran = false;
  SUBCASE("long before its time") {
    loop.cancel(loop.after(Millis(1), [&] { ran = true; }));
  }
  SUBCASE("when it has expired and its callback is already due") {
    const auto due = loop.after(Millis(0), [&] { ran = true; });
    loop.after(Millis(0), [] {});
    loop.post([&, due] {
      std::this_thread::sleep_for(Millis(2));
      loop.cancel(due);
    });
  }
  SUBCASE("by the callback of another one") {
    const auto victim = std::make_shared<net::TimerId>();
    loop.after(Millis(0), [&loop, victim] { loop.cancel(*victim); });
    *victim = loop.after(Millis(0), [&] { ran = true; });
  }
  loop.cancel(net::TimerId{});
  loop.after(Millis(5), [&] { loop.stop(); });
  loop.run();
  CHECK_FALSE(ran);
}

TEST_CASE("a far away timer is no overflow") {
  Loop loop;
  const auto timer = loop.after(Millis(std::numeric_limits<Millis::rep>::max()), [] { FAIL("too early"); });
  loop.post([&] { loop.stop(); });
  loop.run();
  loop.cancel(timer);
}

TEST_CASE("a descriptor is reported as long as it is ready and wanted") {
  Loop loop;
  const Pair pair;
  int calls = 0;
  pair.send('x');
  loop.watch(pair.ends[0], {.read = true}, [&](Interest ready) {
    CHECK(ready == Interest{.read = true});
    // Left unread the first time: it must be reported again.
    if (++calls == 2) {
      CHECK(pair.take());
      loop.stop();
    }
  });
  loop.run();
  CHECK(calls == 2);
}

TEST_CASE("interest can be widened, paused and taken up again") {
  Loop loop;
  const Pair pair;
  std::string order;
  net::WatchId watch{};
  watch = loop.watch(pair.ends[0], {.read = true}, [&](Interest ready) {
    order += ready.write ? 'w' : 'r';
    if (ready.write) {
      loop.change(watch, {});
      pair.send('x');
      loop.after(Millis(2), [&] { loop.change(watch, {.read = true}); });
    } else {
      CHECK(pair.take());
      loop.stop();
    }
  });
  loop.post([&] { loop.change(watch, {.read = true, .write = true}); });
  loop.run();
  CHECK(order == "wr");
}

TEST_CASE("an unwatched descriptor is silent, and its number can be watched again") {
  Loop loop;
  const Pair pair;
  pair.send('x');
  const auto first = loop.watch(pair.ends[0], {.read = true}, [](Interest) { FAIL("was unwatched"); });
  loop.unwatch(first);
  int calls = 0;
  net::WatchId second{};
  second = loop.watch(pair.ends[0], {.read = true}, [&](Interest) {
    ++calls;
    loop.unwatch(second); // from inside its own callback
    loop.after(Millis(2), [&] { loop.stop(); });
  });
  loop.run();
  CHECK(calls == 1);
  loop.unwatch(second);
  loop.change(second, {.read = true});
}

TEST_CASE("the other end going away is readiness") {
  Loop loop;
  Pair pair;
  ::shutdown(pair.ends[1], SHUT_RDWR);
  bool called = false;
  net::WatchId watch{};
  watch = loop.watch(pair.ends[0], {.read = true}, [&](Interest) {
    called = true;
    CHECK_FALSE(pair.take());
    loop.unwatch(watch);
    loop.stop();
  });
  loop.run();
  CHECK(called);
}

TEST_CASE("what cannot be watched is reported once, so that its user meets the error") {
  Loop loop;
  int calls = 0;
  const int closed = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  ::close(closed);
  const auto watch = loop.watch(closed, {.read = true}, [&](Interest) { ++calls; });
  loop.after(Millis(3), [&] { loop.stop(); });
  loop.run();
  CHECK(calls == 1);
  loop.unwatch(watch);
}

TEST_CASE("signals arrive on the loop, each time, at the callback given last") {
  Loop loop;
  std::string order;
  loop.on_signal(SIGUSR1, [&] { FAIL("was replaced"); });
  loop.on_signal(SIGUSR1, [&] {
    order += '1';
    if (order.size() == 2)
      loop.stop();
    else
      ::raise(SIGUSR1);
  });
  ::raise(SIGUSR1);
  loop.run();
  CHECK(order == "11");
}

TEST_CASE("background work runs elsewhere, its end on the loop") {
  Loop loop;
  const auto here = std::this_thread::get_id();
  int done = 0;
  for (int i = 0; i < 20; ++i) {
    const auto elsewhere = std::make_shared<bool>(false);
    loop.background([=] { *elsewhere = std::this_thread::get_id() != here; },
                    [&, elsewhere] {
                      CHECK(*elsewhere);
                      CHECK(std::this_thread::get_id() == here);
                      if (++done == 20)
                        loop.stop();
                    });
  }
  loop.run();
  CHECK(done == 20);
}

TEST_CASE("an exception is reported and the loop goes on") {
  Loop loop;
  std::vector<std::string> reports;
  loop.on_exception([&](std::string_view what) { reports.emplace_back(what); });
  loop.post([] { throw std::runtime_error("posted"); });
  loop.post([] { throw 7; });
  bool done = false;
  loop.post([&] {
    loop.background([] { throw std::runtime_error("background"); },
                    [&] {
                      done = true;
                      loop.stop();
                    });
  });
  loop.run();
  CHECK(done);
  REQUIRE(reports.size() == 3);
  CHECK(reports[0] == "posted");
  CHECK(reports[2] == "background");
}

TEST_CASE("lag is the longest callback since it was last asked") {
  Loop loop;
  loop.post([] { std::this_thread::sleep_for(Millis(20)); });
  loop.post([&] { loop.stop(); });
  loop.run();
  CHECK(loop.lag() >= Millis(20));
  CHECK(loop.lag() == Millis(0));
}
