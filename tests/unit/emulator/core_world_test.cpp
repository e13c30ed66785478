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

namespace {

struct File {
  std::string folder = (std::filesystem::temp_directory_path() / "agr_world_test_XXXXXX").string();
  std::string path;
  File() {
    REQUIRE(::mkdtemp(folder.data()) != nullptr);
    path = folder + "/world.db";
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() { std::filesystem::remove_all(folder); }
};

void alter(const std::string& path, std::string_view sql) {
  auto db = store::Database::open(path, store::Durability::crash).value();
  REQUIRE(db.script(sql));
}

} // namespace

TEST_CASE("a file of another build, or of something else, is refused and left alone") {
  struct Case {
    std::string_view sql;
    std::string_view words;
  };
  for (const Case& c : {Case{"UPDATE world SET value = value + 1 WHERE name = 'version'", "another version"},
                        Case{"DELETE FROM world WHERE name = 'version'", "its format is 0"},
                        Case{"DROP TABLE world", "no world of the emulator"}}) {
    CAPTURE(c.sql);
    const File file;
    REQUIRE(World::open(file.path, {}, Time{}));
    alter(file.path, c.sql);
    const auto refused = World::open(file.path, {}, Time{});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == Kind::usage);
    CHECK(refused.error().message.find(c.words) != std::string::npos);
    CHECK_FALSE(refused.error().hint.empty());
    CHECK_FALSE(World::open(file.path, {}, Time{})); // nothing was mended on the way
  }
}

TEST_CASE("a snapshot of another build is refused") {
  World world = new_world(1);
  REQUIRE(world.db().run("UPDATE world SET value = value + 1 WHERE name = 'version'"));
  const std::string image = world.image(Time{}).value();
  World other = new_world(2);
  const std::string before = other.image(Time{}).value();
  const auto refused = other.become(image, Time{});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind == Kind::usage);
  CHECK(other.image(Time{}).value() == before);
}

// When this fails, a table has changed: raise k_version in world.cpp, or old files are misread; then write
// the new digest here.
TEST_CASE("the tables are those of this version of the format") {
  World world = new_world(1);
  const auto rows = world.db().query("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name");
  REQUIRE(rows);
  std::string all;
  for (const store::Row& row : *rows)
    all += row.text("sql") + "\n";
  const auto version = world.db().first("SELECT value FROM world WHERE name = 'version'").value();
  CHECK(version->integer("value") == 1);
  CHECK(hash_of(all).substr(0, 16) == "a56a9a8c6d70966d");
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
