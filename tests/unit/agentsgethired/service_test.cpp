// SPDX-License-Identifier: MIT
#include "agentsgethired/service.hpp"

#include <doctest/doctest.h>

#include <deque>
#include <map>
#include <string>

using namespace agr;
using namespace agr::agentsgethired;

namespace {

/// Answers with these bodies in turn and remembers what was asked.
struct Script {
  std::deque<std::string> bodies;
  std::vector<std::string> asked = {};

  Service service() {
    return Service({.url = "http://127.0.0.1:1"},
                   [this](const http::Request& request) -> Result<http::Response> {
                     asked.push_back(request.method + " " + request.url.substr(18));
                     REQUIRE_FALSE(bodies.empty());
                     auto body = bodies.front();
                     bodies.pop_front();
                     return http::Response{.status = 200, .body = body};
                   });
  }
};

} // namespace

TEST_CASE("pages are followed to the end") {
  Script script{
      {R"({"roles":[{"id":"a"}],"nextCursor":"two"})", R"({"roles":[{"id":"b"}],"nextCursor":null})"}};
  const auto roles = script.service().list(operations::k_roles);
  REQUIRE(roles);
  CHECK(roles->size() == 2);
  CHECK(script.asked == std::vector<std::string>{"GET /api/roles", "GET /api/roles?cursor=two"});
}

TEST_CASE("a cursor that repeats, and an empty page, end the list") {
  Script same{{R"({"roles":[{"id":"a"}],"nextCursor":"x"})", R"({"roles":[{"id":"b"}],"nextCursor":"x"})"}};
  CHECK(same.service().list(operations::k_roles)->size() == 2);
  Script empty{{R"({"roles":[],"nextCursor":"x"})"}};
  CHECK(empty.service().list(operations::k_roles)->empty());
}

TEST_CASE("a limit stops the reading") {
  Script script{{R"({"roles":[{"id":"a"},{"id":"b"}],"nextCursor":"two"})"}};
  CHECK(script.service().list(operations::k_roles, {}, 1)->size() == 1);
  CHECK(script.asked.size() == 1);
}

TEST_CASE("what is not kept does not count towards the limit") {
  Script script{{R"({"roles":[{"id":"a"},{"id":"b"}],"nextCursor":"two"})",
                 R"({"roles":[{"id":"c"},{"id":"d"}],"nextCursor":"three"})"}};
  const auto even = [](const json::Value& role) {
    return role["id"].text() == "b" || role["id"].text() == "c";
  };
  const auto roles = script.service().list(operations::k_roles, {.query = {{"q", "x y"}}}, 2, even);
  REQUIRE(roles);
  CHECK(roles->size() == 2);
  CHECK(script.asked ==
        std::vector<std::string>{"GET /api/roles?q=x%20y", "GET /api/roles?q=x%20y&cursor=two"});
}

TEST_CASE("errors say what was attempted") {
  const Service gone({.url = "http://127.0.0.1:1"}, [](const http::Request&) -> Result<http::Response> {
    return http::Response{.status = 404, .body = R"({"error":"Not found"})"};
  });
  const auto role = gone.one(operations::k_role, {.ids = {"r1"}});
  REQUIRE_FALSE(role);
  CHECK(role.error().message == "reading the role failed: Not found");
  CHECK(role.error().kind == Kind::not_found);
}

namespace {

/// The service at its www host; the other one redirects there, and says so when it was followed.
struct Moved {
  std::vector<std::string> asked;
  int redirect = 308;
  std::string status = "draft";

  Result<http::Response> answer(const http::Request& request) {
    asked.push_back(request.method + " " + request.url);
    CHECK(request.url.starts_with(request.credential->origin));
    if (request.url.starts_with("https://www."))
      return http::Response{.status = 200, .body = R"({"id":"s1","status":")" + status + "\"}"};
    const std::string target = "https://www." + request.url.substr(8);
    if (request.follow == http::Follow::hand_back)
      return http::Response{.status = redirect, .headers = {{"Location", target}}};
    http::Request there = request;
    there.url = target;
    there.credential->origin = "https://www.hired.example";
    auto response = answer(there);
    response->url = target;
    return response;
  }
  Service service() {
    http::Credential key{"Authorization", "Bearer ", Secret("ah_secret"), "https://hired.example"};
    return Service({.url = "https://hired.example/base", .credential = key},
                   [this](const http::Request& request) { return answer(request); });
  }
};

Result<void> only_drafts(const Service& there) {
  AGR_TRY_ASSIGN(const auto settlement, there.one(operations::k_settlement, {.ids = {"s1"}}));
  if (settlement["status"].text() != "draft")
    return fail({Kind::conflict, "paid already"});
  return {};
}

} // namespace

TEST_CASE("the host that answered is asked directly from then on") {
  Moved moved;
  const auto service = moved.service();
  CHECK(service.one(operations::k_me));
  CHECK(service.one(operations::k_me));
  CHECK(moved.asked == std::vector<std::string>{"GET https://hired.example/base/api/me",
                                                "GET https://www.hired.example/base/api/me",
                                                "GET https://www.hired.example/base/api/me"});
  CHECK(service.endpoint().url == "https://hired.example/base");
}

TEST_CASE("money looks at the other host before it goes there") {
  Moved moved;
  const auto service = moved.service();
  CHECK(service.one(operations::k_execute, {.ids = {"s1"}, .before_moving = only_drafts}));
  CHECK(moved.asked ==
        std::vector<std::string>{"POST https://hired.example/base/api/settlements/s1/execute",
                                 "GET https://www.hired.example/base/api/settlements/s1",
                                 "POST https://www.hired.example/base/api/settlements/s1/execute"});
  // And the place is remembered.
  CHECK(service.one(operations::k_settlement, {.ids = {"s1"}}));
  CHECK(moved.asked.size() == 4);
}

TEST_CASE("what the other host says stops a payment") {
  Moved moved{.asked = {}, .status = "sent"};
  const auto refused =
      moved.service().one(operations::k_execute, {.ids = {"s1"}, .before_moving = only_drafts});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message == "paid already");
  CHECK(moved.asked.size() == 2);
}

TEST_CASE("a payment is not taken to a stranger's host") {
  const Service service(
      {.url = "https://hired.example"}, [](const http::Request& request) -> Result<http::Response> {
        CHECK(request.url.starts_with("https://hired.example"));
        return http::Response{.status = 308, .headers = {{"Location", "https://evil.example/x"}}};
      });
  const auto refused = service.body(Operation{"POST", "/x", "x", "", false, "paying"},
                                    {.before_moving = [](const Service&) -> Result<void> { return {}; }});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind == Kind::protocol);
}
