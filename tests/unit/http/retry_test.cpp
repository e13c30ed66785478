// SPDX-License-Identifier: MIT
#include "http/retry.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <string>

using namespace agr;
using namespace agr::http;

namespace {

Result<Response> answer(int status, std::string retry_after = "") {
  Response response{.status = status};
  if (!retry_after.empty())
    response.headers.push_back({"retry-after", std::move(retry_after)});
  return response;
}

Request get() {
  return {.method = "GET", .url = "https://a.example/"};
}
Request post(Repeat repeat) {
  return {.method = "POST", .url = "https://a.example/", .repeat = repeat};
}

const Result<Response> k_refused = fail({Kind::unavailable, "refused"});
const Result<Response> k_torn = fail({Kind::outcome_unknown, "torn"});

} // namespace

TEST_CASE("what is repeated") {
  struct {
    std::string name;
    Request request;
    Result<Response> outcome;
    int attempts;
    bool again;
  } const table[] = {
      {"a read, refused", get(), k_refused, 1, true},
      {"a read, refused twice", get(), k_refused, 2, true},
      {"a read, refused three times", get(), k_refused, 3, false},
      {"a read, 503", get(), answer(503), 1, true},
      {"a read, 502", get(), answer(502), 1, true},
      {"a read, 504", get(), answer(504), 1, true},
      {"a read, 408", get(), answer(408), 1, true},
      {"a read, 429", get(), answer(429), 1, true},
      {"a read, 500", get(), answer(500), 1, false},
      {"a read, 404", get(), answer(404), 1, false},
      {"a read, done", get(), answer(200), 1, false},
      {"a read, untrusted certificate", get(), fail({Kind::protocol, "certificate"}), 1, false},
      {"a keyed change, torn", post(Repeat::keyed), k_torn, 1, true},
      {"a keyed change, 503", post(Repeat::keyed), answer(503), 1, true},
      {"a change, torn", post(Repeat::never), k_torn, 1, false},
      {"a change, refused", post(Repeat::never), k_refused, 1, false},
      {"a change, 503", post(Repeat::never), answer(503), 1, false},
      {"a change, 429 with a time", post(Repeat::never), answer(429, "1"), 1, false},
      {"a change somebody forgot to class", post(Repeat::safe), k_torn, 1, false},
  };
  for (const auto& row : table) {
    CAPTURE(row.name);
    CHECK(retry_pause(row.request, row.outcome, {.attempts = row.attempts}, {}, 7).has_value() == row.again);
  }
}

TEST_CASE("what began to arrive in a sink is not asked for again") {
  CHECK_FALSE(retry_pause(get(), k_refused, {.tasted = true}, {}, 7));
}

TEST_CASE("pauses double under jitter") {
  for (int attempts = 1; attempts <= 2; ++attempts) {
    const Millis full = Millis{500} * attempts;
    CHECK(retry_pause(get(), k_refused, {.attempts = attempts}, {}, 0) == full);
    for (std::uint64_t random = 0; random < 1000; ++random) {
      const auto pause = retry_pause(get(), k_refused, {.attempts = attempts}, {}, random * 7919);
      REQUIRE(pause);
      CHECK(*pause >= full / 2);
      CHECK(*pause <= full);
    }
  }
  const RetryRule patient{.tries = 100, .max_wait = Millis::max() / 2};
  CHECK(retry_pause(get(), k_refused, {.attempts = 99}, patient, 0) == Millis{30'000});
}

TEST_CASE("Retry-After is waited for as far as max_wait goes") {
  struct {
    std::string retry_after;
    int attempts;
    Millis waited;
    std::optional<Millis> pause;
  } const table[] = {
      {"7", 1, Millis{0}, Millis{7000}},         {"60", 1, Millis{0}, Millis{60'000}},
      {"61", 1, Millis{0}, std::nullopt},        {"7", 4, Millis{50'000}, Millis{7000}},
      {"30", 2, Millis{30'000}, Millis{30'000}}, {"30", 2, Millis{30'001}, std::nullopt},
      {"0", 1, Millis{0}, Millis{500}},          {"99999999999999999999", 1, Millis{0}, std::nullopt},
  };
  for (const auto& row : table) {
    CAPTURE(row.retry_after);
    CAPTURE(row.attempts);
    CHECK(retry_pause(get(), answer(429, row.retry_after), {.attempts = row.attempts, .waited = row.waited},
                      {}, 0) == row.pause);
  }
}

TEST_CASE("both forms of Retry-After are understood") {
  struct {
    std::string text;
    std::string date;
    std::optional<Millis> wait;
  } const table[] = {
      {"120", "", Millis{120'000}},
      {" 3 ", "", Millis{3000}},
      {"Sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:07 GMT", Millis{30'000}},
      {"Wed, 01 Mar 2028 00:00:00 GMT", "Tue, 29 Feb 2028 23:59:59 GMT", Millis{1000}},
      {"Sun, 06 Nov 1994 08:49:07 GMT", "Sun, 06 Nov 1994 08:49:37 GMT", Millis{0}},
      {"Sun, 06 Nov 1994 08:49:37 GMT", "", std::nullopt},
      {"Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:07 GMT", std::nullopt},
      {"Sun, 06 Xyz 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:07 GMT", std::nullopt},
      {"-1", "", std::nullopt},
      {"1.5", "", std::nullopt},
      {"soon", "", std::nullopt},
      {"", "", std::nullopt},
  };
  for (const auto& row : table) {
    CAPTURE(row.text);
    Response response = *answer(429, row.text);
    response.headers.push_back({"Date", row.date});
    CHECK(retry_after_of(response) == row.wait);
  }
}

TEST_CASE("a date without a Date is measured against our clock") {
  const Result<Response> response = answer(429, "Thu, 01 Jan 1970 00:00:30 GMT");
  CHECK(retry_after_of(*response, Time{Millis{10'000}}) == Millis{20'000});
  CHECK(retry_pause(get(), response, {.now = Time{Millis{10'000}}}, {}, 0) == Millis{20'000});
}
