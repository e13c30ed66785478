// SPDX-License-Identifier: MIT
#include "emulator/emulator.hpp"
#include "emulator/timers.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>

using namespace agr;
using namespace agr::emulator;

namespace {

World new_world(std::uint64_t seed) {
  Options options;
  options.seed = seed;
  return std::move(World::open(":memory:", options, Time{})).value();
}

int status_of(std::vector<Header> headers) {
  World world = new_world(1);
  const Step step = handle(world, {"GET", "/__emulator/health", "", std::move(headers)}, Time{});
  return std::get<Response>(*step.reply).status;
}

} // namespace

TEST_CASE("ids follow from the seed and the number of the call") {
  World a = new_world(7), b = new_world(7), c = new_world(8);
  const std::string first = a.fresh_uuid().value();
  CHECK(first == b.fresh_uuid().value());
  CHECK(first != a.fresh_uuid().value());
  CHECK(first != c.fresh_uuid().value());
  CHECK(first.size() == 36);
  CHECK(first[14] == '4');
  CHECK(a.bytes_for("x") == b.bytes_for("x"));
  CHECK(a.bytes_for("x") != c.bytes_for("x"));
}

TEST_CASE("a kept world keeps its seed and goes on counting") {
  const auto folder = std::filesystem::temp_directory_path() / "agr_world_test_XXXXXX";
  std::string path = folder.string();
  REQUIRE(::mkdtemp(path.data()) != nullptr);
  const std::string file = path + "/world.db";
  Options options;
  options.seed = 5;
  const auto first = World::open(file, options, Time{})->fresh_uuid().value();
  options.seed = 6;
  auto again = World::open(file, options, Time{}).value();
  CHECK(again.options().seed == 5);
  CHECK(again.fresh_uuid().value() != first);
  std::filesystem::remove_all(path);
}

TEST_CASE("timers come due in order, once") {
  World world = new_world(1);
  Turn turn{world, Time(Millis(100))};
  const Timer early{"m", "k", "early"}, late{"m", "k", "late"}, gone{"m", "k", "gone"};
  REQUIRE(set_timer(turn, late, Time(Millis(90))));
  REQUIRE(set_timer(turn, early, Time(Millis(500))));
  REQUIRE(set_timer(turn, early, Time(Millis(80))));
  REQUIRE(set_timer(turn, gone, Time(Millis(10))));
  REQUIRE(clear_timer(turn, gone));
  CHECK(next_due(world) == Time(Millis(80)));
  CHECK(take_due_timer(turn).value()->subject == "early");
  CHECK(take_due_timer(turn).value()->subject == "late");
  CHECK_FALSE(take_due_timer(turn).value());
}

TEST_CASE("only this machine is served") {
  CHECK(status_of({{"Host", "127.0.0.1:8080"}}) == 200);
  CHECK(status_of({{"Host", "localhost"}}) == 200);
  CHECK(status_of({{"Host", "[::1]:80"}}) == 200);
  CHECK(status_of({{"Host", "127.0.0.1"}, {"Origin", "http://localhost:3000"}}) == 200);
  CHECK(status_of({{"Host", "evil.example.com"}}) == 403);
  CHECK(status_of({{"Host", "127.0.0.1.evil.example.com"}}) == 403);
  CHECK(status_of({{"Host", "127.0.0.1"}, {"Origin", "http://evil.example.com"}}) == 403);
  CHECK(status_of({{"Host", "127.0.0.1"}, {"Origin", "null"}}) == 403);
  CHECK(status_of({}) == 403);
}
