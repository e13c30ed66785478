// SPDX-License-Identifier: MIT
#include "settle/execution.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace agr;
using namespace agr::settle;
using agentsgethired::Settlement;

namespace {

using Start = Execution::Start;

Line line(const std::string& receipt = {}, const std::string& status_before = "draft") {
  return {.key = "k",
          .obligation = {.origin = "https://agentsgethired.com",
                         .contract_id = "c1",
                         .settlement_id = "s1",
                         .rail = receipt.empty() ? "stripe" : "x402",
                         .amount = Decimal::from_cents(4500),
                         .currency = "USD",
                         .destination = {},
                         .receipt_reference = receipt},
          .status_before = status_before};
}

Result<Settlement> status(std::string_view name, std::string_view reference = {}) {
  return Settlement(json::Value::object(
      {{"id", "s1"},
       {"status", name},
       {"providerReference", reference.empty() ? json::Value() : json::Value(reference)}}));
}

Result<Settlement> http(int code) {
  return fail({.kind = Kind::failed, .message = "no", .http_status = code});
}
Result<Settlement> broken(Kind kind) {
  return fail({.kind = kind, .message = "broken"});
}

} // namespace

TEST_CASE("what an error proves") {
  struct Case {
    Kind kind;
    int status;
    Proof proof;
  };
  for (const auto& [kind, code, proof] :
       {Case{Kind::unavailable, 0, Proof::not_sent}, Case{Kind::outcome_unknown, 0, Proof::unclear},
        Case{Kind::protocol, 0, Proof::unclear}, Case{Kind::failed, 0, Proof::unclear},
        Case{Kind::failed, 400, Proof::refused}, Case{Kind::auth, 401, Proof::refused},
        Case{Kind::money, 402, Proof::refused}, Case{Kind::forbidden, 403, Proof::refused},
        Case{Kind::not_found, 404, Proof::refused}, Case{Kind::failed, 422, Proof::refused},
        Case{Kind::conflict, 409, Proof::conflict}, Case{Kind::unavailable, 408, Proof::unclear},
        Case{Kind::unavailable, 425, Proof::unclear}, Case{Kind::rate_limited, 429, Proof::unclear},
        Case{Kind::unavailable, 500, Proof::unclear}, Case{Kind::unavailable, 502, Proof::unclear},
        Case{Kind::unavailable, 503, Proof::unclear}, Case{Kind::protocol, 302, Proof::unclear}}) {
    CAPTURE(code);
    Error error{.kind = kind, .message = "x"};
    if (code != 0)
      error.http_status = code;
    CHECK(proof_of(error) == proof);
  }
}

TEST_CASE("a fresh payment is announced, sent once, and closed by a clear answer") {
  struct Case {
    Result<Settlement> answer;
    State state;
  };
  for (const auto& [answer, state] :
       {Case{status("sent"), State::executed}, Case{status("settled"), State::executed},
        Case{http(400), State::refused}, Case{http(403), State::refused},
        Case{broken(Kind::unavailable), State::refused}}) {
    Execution execution(line(), Start::fresh);
    const auto first = execution.begin();
    CHECK(first.what == Action::Do::send);
    CHECK(first.record == State::intent);
    const auto last = execution.on_answer(answer);
    CHECK(last.what == Action::Do::finish);
    CHECK(last.record == state);
    CHECK(last.ending.state == state);
    CHECK(last.ending.error.has_value() == (state != State::executed));
  }
}

TEST_CASE("an unclear answer is recorded as unknown before the settlement is read back") {
  for (const auto& answer : {http(500), http(408), http(429), broken(Kind::outcome_unknown),
                             broken(Kind::protocol), status("processing"), status("draft"), status("")}) {
    Execution execution(line(), Start::fresh);
    execution.begin();
    const auto next = execution.on_answer(answer);
    CHECK(next.what == Action::Do::read);
    CHECK(next.record == State::unknown);
    CHECK(next.wait == Millis(1000));
  }
}

TEST_CASE("what is read back after an unclear answer decides") {
  struct Case {
    std::string what;
    std::string before;
    Result<Settlement> seen;
    std::optional<State> ends; ///< nothing: it looks again
  };
  for (const auto& [what, before, seen, ends] :
       {Case{"done", "draft", status("sent"), State::executed}, Case{"not yet", "draft", status("draft"), {}},
        Case{"something new", "draft", status("levitating"), {}}, Case{"unreadable", "draft", http(502), {}},
        Case{"refused by the rail", "draft", status("failed"), State::refused},
        Case{"called off", "draft", status("cancelled"), State::refused},
        Case{"failed as it was before: proves nothing", "failed", status("failed"), {}}}) {
    CAPTURE(what);
    Execution execution(line({}, before), Start::fresh);
    execution.begin();
    execution.on_answer(http(500));
    const auto next = execution.on_seen(seen);
    CHECK(next.what == (ends ? Action::Do::finish : Action::Do::read));
    if (ends)
      CHECK(next.ending.state == *ends);
  }
}

TEST_CASE("looking ends after a minute, with the outcome still open") {
  Execution execution(line(), Start::fresh);
  execution.begin();
  auto action = execution.on_answer(http(500));
  Millis waited{0};
  int looks = 0;
  for (; action.what == Action::Do::read; ++looks) {
    waited += action.wait;
    action = execution.on_seen(looks % 2 == 0 ? status("draft") : http(503));
  }
  CHECK(looks == 6);
  CHECK(waited == Millis(61'000));
  CHECK(action.what == Action::Do::finish);
  CHECK(action.record == State::unknown);
  CHECK(action.ending.error->kind == Kind::outcome_unknown);
  CHECK(action.ending.error->hint.find("--resume") != std::string::npos);
}

TEST_CASE("409 is explained by one look") {
  struct Case {
    std::string what;
    Start start;
    Result<Settlement> seen;
    State state;
  };
  const std::string ours = "0xab";
  for (const auto& [what, start, seen, state] :
       {Case{"done with our receipt", Start::fresh, status("settled", ours), State::executed},
        Case{"done, receipt not shown", Start::fresh, status("settled"), State::executed},
        Case{"done with another receipt", Start::fresh, status("settled", "0xcd"), State::refused},
        Case{"still draft", Start::fresh, status("draft"), State::refused},
        Case{"unreadable", Start::fresh, http(500), State::unknown},
        Case{"still draft, but an earlier request is out", Start::try_again, status("draft"),
             State::unknown}}) {
    CAPTURE(what);
    Execution execution(line(ours), start);
    if (auto first = execution.begin(); first.what == Action::Do::read)
      CHECK(execution.on_seen(status("draft")).what == Action::Do::send);
    const auto look = execution.on_answer(http(409));
    CHECK(look.what == Action::Do::read);
    CHECK(look.wait == Millis(0));
    const auto last = execution.on_seen(seen);
    CHECK(last.what == Action::Do::finish);
    CHECK(last.ending.state == state);
  }
}

TEST_CASE("an open line is read back; it is sent again only when told so, and only while nothing moved") {
  struct Case {
    Start start;
    Result<Settlement> seen;
    Action::Do then;
    std::optional<State> record;
  };
  for (const auto& [start, seen, then, record] :
       {Case{Start::look, status("draft"), Action::Do::finish, State::unknown},
        Case{Start::look, status("sent"), Action::Do::finish, State::executed},
        Case{Start::look, http(500), Action::Do::finish, State::unknown},
        Case{Start::try_again, status("draft"), Action::Do::send, State::intent},
        Case{Start::try_again, status("sent"), Action::Do::finish, State::executed},
        Case{Start::try_again, status("failed"), Action::Do::finish, State::refused},
        Case{Start::try_again, status("processing"), Action::Do::finish, State::unknown},
        Case{Start::try_again, http(401), Action::Do::finish, State::unknown}}) {
    Execution execution(line(), start);
    const auto first = execution.begin();
    CHECK(first.what == Action::Do::read);
    CHECK_FALSE(first.record);
    const auto next = execution.on_seen(seen);
    CHECK(next.what == then);
    CHECK(next.record == record);
  }
}

TEST_CASE("a no to the second request does not close what the first one opened") {
  for (const auto& answer : {http(400), http(401), broken(Kind::unavailable)}) {
    Execution execution(line(), Start::try_again);
    execution.begin();
    execution.on_seen(status("draft"));
    CHECK(execution.on_answer(answer).record == State::unknown);
    CHECK(execution.on_seen(status("draft")).ending.state == State::unknown);
  }
}
