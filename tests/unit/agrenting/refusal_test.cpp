// SPDX-License-Identifier: MIT
#include "agrenting/refusal.hpp"

#include <doctest/doctest.h>

using namespace agr;
using namespace agr::agrenting;

namespace {

Error error(int status, std::string code, std::string message, Kind kind = Kind::failed) {
  Error one{kind, std::move(message)};
  one.code = std::move(code);
  one.http_status = status;
  return one;
}

} // namespace

TEST_CASE("each refusal has its kind and a hint with the next step") {
  struct Case {
    int status;
    const char* code;
    const char* message;
    Kind kind;
    const char* hint;
  };
  const Case cases[] = {
      {422, "INSUFFICIENT_BALANCE", "hire x: no", Kind::money, "agr balance"},
      {422, "", "hire x: Insufficient balance: need $5.00, have $1.00", Kind::money, "agr balance"},
      {402, "PAYMENT_FAILED", "hire x: declined", Kind::money, "agr balance"},
      {403, "FORBIDDEN", "Requested price $25.00 exceeds this token's max_price_per_hire cap $10.00",
       Kind::money, "10.00 USD"},
      {403, "FORBIDDEN", "Token missing required scope: hire:create", Kind::forbidden,
       "the scope hire:create"},
      {409, "AGENT_BUSY", "busy", Kind::conflict, "agr agents list"},
      {409, "", "hire x: Agent is currently busy with another hiring", Kind::conflict, "agr agents list"},
      {503, "AGENT_UNAVAILABLE", "away", Kind::unavailable, "--online"},
      {422, "", "Agent appears offline — try again in a moment", Kind::unavailable, "--online"},
      {404, "NOT_FOUND", "No agent found with did=did:e:alic. Did you mean did:e:alice?", Kind::not_found,
       "agr agents list"},
      {409, "IDEMPOTENCY_PENDING", "wait", Kind::outcome_unknown, "same key"},
      {422, "IDEMPOTENCY_MISMATCH", "other body", Kind::conflict, "--key"},
      {409, "IDEMPOTENCY_CONFLICT", "other body", Kind::conflict, "--key"},
      {422, "INVALID_AMOUNT", "zero", Kind::money, "--price"},
      {423, "ESCROW_LOCKED", "locked", Kind::conflict, "dispute"},
      {409, "DISPUTE_OPEN", "open", Kind::conflict, "agr hirings show"},
      {404, "", "No agent found with did=did:e:alic. Did you mean did:e:alice?", Kind::not_found,
       "repeat it with did:e:alice,"},
      {403, "", "Token missing required scope: hire:create", Kind::forbidden, "agr tokens create --preset"},
      {403, "", "exceeds this token's max_price_per_hire cap $0.00", Kind::money,
       "agr tokens create --max-price"},
      {422, "INSUFFICIENT_BALANCE", "no", Kind::money, "agr deposit"},
      {404, "NOT_FOUND", "Hiring not found", Kind::not_found, "agr hirings list"},
      {404, "NOT_FOUND", "Artifact not found", Kind::not_found, "agr artifacts list"},
      {404, "ROUTE_NOT_FOUND", "no such route", Kind::not_found, "agr auth status"},
      {422, "VALIDATION_ERROR", "price is invalid", Kind::failed, "--dry-run"},
      {403, "FORBIDDEN", "not yours", Kind::forbidden, "agr auth status"},
      {404, "NOT_FOUND", "Webhook not found", Kind::not_found, "agr webhooks list"},
      {404, "NOT_FOUND", "Token not found", Kind::not_found, "agr tokens list"},
      {404, "NOT_FOUND", "Not here", Kind::not_found, "agr status ID"},
      {422, "VALIDATION_ERROR", "withdrawal_address_id is not yours", Kind::failed, "agr withdraw addresses"},
      {401, "UNAUTHORIZED", "no", Kind::auth, "agr login agrenting"},
      {0, "", "Missing or invalid authentication", Kind::auth, "agr auth status"}, // as a tool says it
      {429, "RATE_LIMIT_EXCEEDED", "slow down", Kind::rate_limited, "in a minute"},
      {0, "", "Rate limit exceeded. Retry after 12 seconds.", Kind::rate_limited, "in 12 seconds"},
      {500, "INTERNAL_ERROR", "oops", Kind::unavailable, "later"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.message);
    const Error refined = refine(error(c.status, c.code, c.message));
    CHECK(refined.kind == c.kind);
    CHECK(refined.hint.find(c.hint) != std::string::npos);
    CHECK(refined.message == c.message);
    CHECK(refined.http_status == c.status);
  }
}

TEST_CASE("what is unknown stays as it came") {
  Error before = error(418, "TEAPOT", "short and stout", Kind::failed);
  before.hint = "tip it over";
  const Error after = refine(before);
  CHECK(after.kind == Kind::failed);
  CHECK(after.hint == "tip it over");
}

TEST_CASE("a stranger's scope cannot reach the terminal raw") {
  const Error refined = refine(error(403, "", "Token missing required scope: \x1b[2Jhire:create"));
  CHECK(refined.hint.find('\x1b') == std::string::npos);
}

TEST_CASE("a key is forgotten only when no hiring can exist under it") {
  struct Case {
    int status;
    bool repeated;
    bool proves;
  };
  const Case cases[] = {
      {401, false, true},  {401, true, false},  {403, false, true},  {403, true, false},  {404, false, true},
      {404, true, true},   {409, true, true},   {422, false, true},  {422, true, true},   {402, false, true},
      {408, false, false}, {425, false, false}, {429, false, false}, {500, false, false}, {503, true, false},
  };
  for (const Case& c : cases) {
    CAPTURE(c.status);
    CAPTURE(c.repeated);
    CHECK(proves_no_hiring(error(c.status, "", ""), c.repeated) == c.proves);
  }
  CHECK_FALSE(proves_no_hiring(refine(error(409, "IDEMPOTENCY_PENDING", "")), false));
  CHECK_FALSE(proves_no_hiring(Error{Kind::outcome_unknown, "no answer came"}, false));
  CHECK_FALSE(proves_no_hiring(Error{Kind::unavailable, "no connection"}, false));
  CHECK(proves_no_hiring(refine(error(503, "AGENT_UNAVAILABLE", "")), false));
}
