// SPDX-License-Identifier: MIT
#include "agentsgethired/envelope.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace agr;
using namespace agr::agentsgethired;

TEST_CASE("one object is found in whatever it is wrapped in") {
  for (const std::string body :
       {R"({"id":"r1","title":"T"})", R"({"ok":true,"role":{"id":"r1","title":"T"}})",
        R"({"data":{"id":"r1"}})", R"({"data":{"role":{"id":"r1"}}})", R"({"item":{"id":"r1"}})",
        R"({"ok":true,"result":{"id":"r1"},"x":1})", R"({"id":"r1","data":{"id":"other"}})",
        " {\"role\":{\"id\":\"r1\"}}\n"}) {
    CAPTURE(body);
    const auto one = decode_one(operations::k_role, body);
    REQUIRE(one);
    CHECK((*one)["id"].text() == "r1");
  }
}

TEST_CASE("an empty body is null, and members we do not know stay") {
  CHECK(decode_one(operations::k_remove_payout, "")->is_null());
  CHECK(decode_one(operations::k_remove_payout, " \r\n")->is_null());
  CHECK((*decode_one(operations::k_role, R"({"role":{"id":"r1","novel":[1]}})"))["novel"].items().size() ==
        1);
}

TEST_CASE("what is no object is an error") {
  for (const std::string body : {"[]", "3", "\"x\"", "{", "<html>busy</html>", "{} {}"}) {
    CAPTURE(body);
    const auto one = decode_one(operations::k_role, body);
    REQUIRE_FALSE(one);
    CHECK(one.error().kind == Kind::protocol);
    CHECK(one.error().message.find("reading the role failed") == 0);
  }
}

TEST_CASE("a failure dressed as success is a failure") {
  for (const auto& result : {decode_one(operations::k_role, R"({"ok":false,"error":"no \u001b[31m"})"),
                             decode_whole(operations::k_role, R"({"ok":false,"error":"no \u001b[31m"})")}) {
    REQUIRE_FALSE(result);
    CHECK(result.error().kind == Kind::failed);
    CHECK(result.error().message.find('\x1b') == std::string::npos);
  }
  CHECK_FALSE(decode_list(operations::k_roles, R"({"ok":false})"));
}

TEST_CASE("a list is found under every known name") {
  for (const std::string body :
       {R"([{"id":"a"},{"id":"b"}])", R"({"roles":[{"id":"a"},{"id":"b"}]})",
        R"({"items":[{"id":"a"},{"id":"b"}]})", R"({"data":[{"id":"a"},{"id":"b"}]})",
        R"({"results":[{"id":"a"},{"id":"b"}]})", R"({"ok":true,"data":{"roles":[{"id":"a"},{"id":"b"}]}})",
        R"({"data":{"items":[{"id":"a"},{"id":"b"}]}})"}) {
    CAPTURE(body);
    const auto page = decode_list(operations::k_roles, body);
    REQUIRE(page);
    REQUIRE(page->items.size() == 2);
    CHECK(page->items[1]["id"].text() == "b");
    CHECK(page->next.empty());
  }
  CHECK(decode_list(operations::k_roles, "")->items.empty());
}

TEST_CASE("what holds no list is an error, not an empty list") {
  for (const std::string body :
       {R"({"ok":true})", R"({"roles":{}})", "7", "torn [", R"({"data":{"data":{"roles":[]}}})"}) {
    CAPTURE(body);
    const auto page = decode_list(operations::k_roles, body);
    REQUIRE_FALSE(page);
    CHECK(page.error().kind == Kind::protocol);
  }
}

TEST_CASE("the cursor of the next page") {
  CHECK(decode_list(operations::k_roles, R"({"roles":[],"nextCursor":"c1"})")->next == "c1");
  CHECK(decode_list(operations::k_roles, R"({"roles":[],"nextCursor":null})")->next.empty());
  CHECK(decode_list(operations::k_roles, R"({"data":{"roles":[],"nextCursor":"c2"}})")->next == "c2");
}
