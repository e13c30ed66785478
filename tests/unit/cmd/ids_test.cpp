// SPDX-License-Identifier: MIT
#include "cmd/agentsgethired/seen_ids.hpp"
#include "hired.hpp"

#include <doctest/doctest.h>

using namespace agr;
using test::Hired;
using test::Ran;
using test::says;

namespace {

constexpr const char* k_one = "3f1c0000-0000-4000-8000-000000000001";
constexpr const char* k_other = "3f1cff00-0000-4000-8000-000000000002";

/// Two roles whose ids begin alike.
struct Shop : Hired {
  Shop() {
    market.on("GET /api/roles", 200,
              std::string(R"([{"id":")") + k_one + R"(","title":"Read"},{"id":")" + k_other +
                  R"(","title":"Write"}])");
    market.on(std::string("GET /api/roles/") + k_one, 200, std::string(R"({"id":")") + k_one + "\"}");
    market.on(std::string("PATCH /api/roles/") + k_one, 200, R"({"ok":true})");
  }
};

} // namespace

TEST_CASE("a whole id costs no request, an abbreviated one is asked for literally before it is searched") {
  Shop one;
  CHECK(one.run({"roles", "show", k_one}).exit == 0);
  CHECK(one.market.asked == std::vector<std::string>{std::string("GET /api/roles/") + k_one});

  one.market.asked.clear();
  const Ran ran = one.run({"roles", "show", "3f1c0"});
  CHECK(ran.exit == 0);
  CHECK(says(ran.err, "Read"));
  CHECK(one.market.asked == std::vector<std::string>{"GET /api/roles/3f1c0", "GET /api/roles",
                                                     std::string("GET /api/roles/") + k_one});
}

TEST_CASE("an id that is short by nature is taken as it is, once seen without asking") {
  Hired one;
  one.market.on("GET /api/contracts/ctr-9e1b", 200, R"({"id":"ctr-9e1b"})");
  one.market.on("GET /api/contracts/ctr-9e1b/settlements", 200, "[]");
  one.market.on("GET /api/contracts", 200, R"([{"id":"ctr-9e1b"},{"id":"ctr-9e1b-2"}])");
  CHECK(one.run({"contracts", "settlements", "ctr-9e1b"}).exit == 0);
  CHECK(one.market.asked.size() == 2);
  CHECK(one.run({"contracts"}).exit == 0);
  one.market.asked.clear();
  CHECK(one.run({"contracts", "settlements", "ctr-9e1b"}).exit == 0);
  CHECK(one.market.asked == std::vector<std::string>{"GET /api/contracts/ctr-9e1b/settlements"});
}

TEST_CASE("nothing is guessed: several candidates are named, none is an error, and no change is sent") {
  Shop one;
  const Ran several = one.run({"roles", "close", "3f1c"});
  CHECK(several.exit == 64);
  CHECK(says(several.err, k_one));
  CHECK(says(several.err, k_other));
  CHECK(one.run({"roles", "close", "77aa"}).exit == 6);
  CHECK(one.changes() == 0);
  CHECK(one.run({"roles", "close", "3f1c0", "--json"}).exit == 0);
  CHECK(one.last().url.ends_with(k_one));
}

TEST_CASE("a refused key ends the search") {
  Hired one;
  one.market.on("GET /api/applications/3f1c", 401, R"({"error":"no"})");
  CHECK(one.run({"applications", "withdraw", "3f1c", "--yes"}).exit == 4);
  CHECK(one.market.asked.size() == 1);
}

TEST_CASE("settlements are found through the contracts") {
  Hired one;
  one.market.on("GET /api/contracts", 200, R"([{"id":"c1"},{"id":"c2"}])");
  one.market.on("GET /api/contracts/c1/settlements", 200, "[]");
  one.market.on("GET /api/contracts/c2/settlements", 200, R"([{"id":"77aa0000-1","status":"draft"}])");
  one.market.on("GET /api/settlements/77aa0000-1", 200, R"({"id":"77aa0000-1","status":"draft"})");
  const Ran ran = one.run({"status", "77aa"});
  CHECK(ran.exit == 0);
  CHECK(says(ran.out, "settlement"));
}

TEST_CASE("a shell completes the ids that lists have shown, at this marketplace only, without a request") {
  Shop one;
  CHECK(one.run({"roles"}).exit == 0);
  const auto asked = one.market.asked.size();
  const Ran ran = one.run({"__complete", "--", "roles", "show", "3f1cf"});
  CHECK(ran.out == std::string(k_other) + "\tWrite\n");
  CHECK(one.run({"__complete", "--", "contracts", "show", ""}).out.empty());
  CHECK(one.market.asked.size() == asked);
  CHECK(one.folder.mode("cache/agr/ids.json") == 0600);
  one.environment.set("AGENTSGETHIRED_URL", "http://127.0.0.1:2/api/v1");
  CHECK(one.run({"__complete", "--", "roles", "show", ""}).out.empty());
}

TEST_CASE("the cache forgets the oldest, and a broken or missing one is an empty one") {
  Hired one;
  config::Paths paths{.config = "", .state = "", .cache = one.folder.path("own")};
  CHECK(cmd::seen_ids(paths, "o", "role").empty());
  for (int i = 0; i < 400; ++i)
    cmd::remember_ids(paths, "o", "role", {{"r" + std::to_string(i), "t"}});
  const auto seen = cmd::seen_ids(paths, "o", "role");
  CHECK(seen.size() == 300);
  CHECK(seen.front().id == "r399");
  cmd::remember_ids(paths, "o", "role", {{"r399", "renamed"}});
  CHECK(cmd::seen_ids(paths, "o", "role").front().what == "renamed");
  CHECK(cmd::seen_ids(paths, "o", "role").size() == 300);

  one.folder.write("own/ids.json", "{broken");
  CHECK(cmd::seen_ids(paths, "o", "role").empty());
  cmd::remember_ids({}, "o", "role", {{"r1", "t"}});
  CHECK(cmd::seen_ids({}, "o", "role").empty());
}
