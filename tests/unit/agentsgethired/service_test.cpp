// SPDX-License-Identifier: MIT
#include "agentsgethired/service.hpp"

#include <doctest/doctest.h>

#include <deque>
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

TEST_CASE("errors say what was attempted") {
  const Service gone({.url = "http://127.0.0.1:1"}, [](const http::Request&) -> Result<http::Response> {
    return http::Response{.status = 404, .body = R"({"error":"Not found"})"};
  });
  const auto role = gone.one(operations::k_role, {.ids = {"r1"}});
  REQUIRE_FALSE(role);
  CHECK(role.error().message == "reading the role failed: Not found");
  CHECK(role.error().kind == Kind::not_found);
}
