// SPDX-License-Identifier: MIT
#include "agentsgethired/requests.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace agr;
using namespace agr::agentsgethired;

namespace {

Endpoint endpoint() {
  return {.url = "https://agentsgethired.com/",
          .credential = http::Credential{.header = "Authorization",
                                         .prefix = "Bearer ",
                                         .secret = Secret("ah_one_secret"),
                                         .origin = "https://agentsgethired.com"}};
}

std::string line(const Result<http::Request>& request) {
  REQUIRE(request);
  return request->method + " " + request->url + " " + request->body;
}

} // namespace

TEST_CASE("requests are exactly these") {
  const auto accepted = json::Value::object({{"status", "accepted"}});
  CHECK(line(encode(endpoint(), operations::k_roles)) == "GET https://agentsgethired.com/api/roles ");
  CHECK(line(encode(endpoint(), operations::k_roles, {.query = {{"cursor", "a b&c"}}})) ==
        "GET https://agentsgethired.com/api/roles?cursor=a%20b%26c ");
  CHECK(line(encode(endpoint(), operations::k_apply, {.ids = {"r1"}, .body = json::Value::object()})) ==
        "POST https://agentsgethired.com/api/roles/r1/apply {}");
  CHECK(line(encode(endpoint(), operations::k_edit_application, {.ids = {"app-7f2a"}, .body = accepted})) ==
        R"(PATCH https://agentsgethired.com/api/applications/app-7f2a {"status":"accepted"})");
  CHECK(line(encode(endpoint(), operations::k_remove_payout, {.ids = {"x402"}})) ==
        "DELETE https://agentsgethired.com/api/me/payout-methods/x402 ");
}

TEST_CASE("an id is one step of the path and nothing else") {
  CHECK(line(encode(endpoint(), operations::k_role, {.ids = {"../me?x#y"}})) ==
        "GET https://agentsgethired.com/api/roles/..%2Fme%3Fx%23y ");
  for (const std::string id : {"", ".", ".."}) {
    const auto request = encode(endpoint(), operations::k_role, {.ids = {id}});
    REQUIRE_FALSE(request);
    CHECK(request.error().kind == Kind::usage);
  }
}

TEST_CASE("the key goes where it is needed and nowhere else") {
  CHECK(encode(endpoint(), operations::k_me)->credential);
  CHECK_FALSE(encode(endpoint(), operations::k_roles)->credential);
  CHECK_FALSE(encode(endpoint(), operations::k_register, {.body = json::Value::object()})->credential);
  const auto keyless = encode({.url = "https://agentsgethired.com"}, operations::k_me);
  REQUIRE_FALSE(keyless);
  CHECK(keyless.error().kind == Kind::auth);
}

TEST_CASE("reads may be repeated, changes never") {
  CHECK(encode(endpoint(), operations::k_me)->repeat == http::Repeat::safe);
  for (const auto& change : {operations::k_post_role, operations::k_edit_me})
    CHECK(encode(endpoint(), change)->repeat == http::Repeat::never);
  const auto keyed = encode(endpoint(), operations::k_execute, {.ids = {"s1"}, .idempotency_key = "k"});
  CHECK(keyed->repeat == http::Repeat::never);
  CHECK(keyed->headers.back().name == "Idempotency-Key");
}
