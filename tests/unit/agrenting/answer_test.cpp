// SPDX-License-Identifier: MIT
#include "agrenting/answer.hpp"

#include <doctest/doctest.h>

using namespace agr;
using namespace agr::agrenting;

namespace {

Error refused(int status, std::string body) {
  const auto read = decode(http::Response{status, {}, std::move(body)}, read_hiring, "hiring did:e:alice");
  REQUIRE_FALSE(read);
  return read.error();
}

} // namespace

TEST_CASE("a good answer is read") {
  const http::Response response{201, {}, R"({"data":{"id":"h1"},"errors":[]})"};
  CHECK(decode(response, read_hiring, "hiring it")->id == "h1");
}

TEST_CASE("every form of refusal is an error that says what was tried") {
  struct Case {
    int status;
    const char* body;
    Kind kind;
    const char* words;
  };
  const Case cases[] = {
      {422, R"({"data":null,"errors":[{"code":"INSUFFICIENT_BALANCE","message":"need more"}]})", Kind::money,
       "need more"},
      {401, R"({"errors":{"message":"Missing or invalid authentication"}})", Kind::auth,
       "Missing or invalid"},
      {403, R"({"errors":["Token missing required scope: hire:create"]})", Kind::forbidden, "hire:create"},
      {409, R"({"error":{"message":"Agent is currently busy with another hiring"}})", Kind::conflict, "busy"},
      {404, R"({"message":"No agent found with did=did:e:alice"})", Kind::not_found, "No agent found"},
      {429, R"({"errors":[{"code":"RATE_LIMIT_EXCEEDED","message":"slow down"}]})", Kind::rate_limited,
       "slow down"},
      {500, "oops", Kind::unavailable, "oops"},
      {200, R"({"data":{"id":"h1"},"errors":[{"message":"and yet it failed"}]})", Kind::protocol,
       "and yet it failed"},
      {200, "<html>", Kind::protocol, "no JSON"},
      {204, "", Kind::protocol, "no JSON"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.body);
    const Error error = refused(c.status, c.body);
    CHECK(error.kind == c.kind);
    CHECK(error.message.find(c.words) != std::string::npos);
    CHECK(error.message.find("hiring did:e:alice") != std::string::npos);
  }
}
