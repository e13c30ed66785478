// SPDX-License-Identifier: MIT
#include "http/errors.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace agr;
using namespace agr::http;

TEST_CASE("status and code decide the kind") {
  struct {
    int status;
    std::string code;
    Kind kind;
  } const table[] = {
      {400, "", Kind::failed},
      {401, "UNAUTHORIZED", Kind::auth},
      {402, "PAYMENT_FAILED", Kind::money},
      {403, "FORBIDDEN", Kind::forbidden},
      {404, "NOT_FOUND", Kind::not_found},
      {410, "", Kind::not_found},
      {408, "", Kind::unavailable},
      {409, "DISPUTE_OPEN", Kind::conflict},
      {412, "", Kind::conflict},
      {423, "ESCROW_LOCKED", Kind::conflict},
      {422, "VALIDATION_ERROR", Kind::failed},
      {422, "INSUFFICIENT_BALANCE", Kind::money},
      {422, "INVALID_AMOUNT", Kind::money},
      {422, "IDEMPOTENCY_MISMATCH", Kind::conflict},
      {409, "IDEMPOTENCY_PENDING", Kind::conflict},
      {422, "idempotency_mismatch", Kind::conflict},
      {429, "", Kind::rate_limited},
      {500, "INTERNAL_ERROR", Kind::unavailable},
      {502, "", Kind::unavailable},
      {503, "AGENT_UNAVAILABLE", Kind::unavailable},
      {302, "", Kind::protocol},
      {200, "", Kind::protocol},
  };
  for (const auto& row : table) {
    CAPTURE(row.status);
    CAPTURE(row.code);
    const Response response{.status = row.status,
                            .body = R"({"errors":[{"code":")" + row.code + R"(","message":"no"}]})"};
    const Error error = error_of(response, "hire x");
    CHECK(error.kind == row.kind);
    CHECK(error.code == row.code);
    CHECK(error.http_status == row.status);
  }
}

TEST_CASE("every form of body is read") {
  const std::string silent = "the service answered HTTP 422 without saying why";
  struct {
    std::string body;
    std::string words;
    std::string code;
  } const table[] = {
      {R"({"data":null,"errors":[{"code":"X","message":"too bad"}]})", "too bad", "X"},
      {R"({"errors":[{"code":"X","message":"bad","details":{"price":["is low","is odd"],"input.url":["is bad"]}}]})",
       "bad; price: is low, is odd; input.url: is bad", "X"},
      {R"({"errors":[{"message":"price is low","details":{"price":["price is low"],"url":["is bad"]}}]})",
       "price is low; url: is bad", ""}, // nothing is said twice
      {R"({"errors":[{"message":"bad","field":"price"}]})", "bad; field: price", ""},
      {R"({"errors":{"message":"object"}})", "object", ""},
      {R"({"errors":["just text","more"]})", "just text", ""},
      {R"({"errors":[{"detail":"a detail"}]})", "a detail", ""},
      {R"({"error":{"message":"inside","code":"C"}})", "inside", "C"},
      {R"({"error":"a string","code":"own_role"})", "a string", "own_role"},
      {R"({"message":"top"})", "top", ""},
      {R"({"detail":"top detail"})", "top detail", ""},
      {R"({"type":"about:blank","title":"Not good","status":422})", "Not good", ""},
      {R"({"errors":[]})", silent, ""},
      {R"({})", silent, ""},
      {R"([])", silent, ""},
      {"", silent, ""},
      {"plain words\n", "plain words", ""},
      {"<html><body>502 Bad Gateway</body></html>", silent, ""},
      {"esc\x1b[31mape", "esc\\x1b[31mape", ""},
  };
  for (const auto& row : table) {
    CAPTURE(row.body);
    const Error error = error_of({.status = 422, .body = row.body}, "hire x");
    CHECK(error.message == "hire x failed: " + row.words);
    CHECK(error.code == row.code);
  }
}

TEST_CASE("a body that is no JSON is cut") {
  const Error error = error_of({.status = 500, .body = std::string(5000, 'x')}, "t");
  CHECK(error.message.size() < 230);
}

TEST_CASE("what looks like a key is never repeated") {
  const Error error =
      error_of({.status = 401, .body = R"({"error":"bad key ap_0123456789abcdef0123456789abcdef"})"}, "t");
  CHECK(error.message.find("0123456789abcdef") == std::string::npos);
}

TEST_CASE("request id and Retry-After come along") {
  Response response{.status = 429, .headers = {{"Retry-After", "9"}, {"x-request-id", "h1"}}, .body = "{}"};
  CHECK(error_of(response, "t").request_id == "h1");
  CHECK(error_of(response, "t").retry_after == Millis{9000});
  CHECK(error_of(response, "t").retryable());
  response.body = R"({"meta":{"request_id":"b1"}})";
  CHECK(error_of(response, "t").request_id == "b1");
}
