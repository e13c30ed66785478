// SPDX-License-Identifier: MIT
#include "base/secret.hpp"
#include "base/text.hpp"

#include <doctest/doctest.h>

#include <string>
#include <type_traits>

using namespace agr;

namespace {

std::string redacted(const std::string& secret, std::string_view text) {
  Redactor redactor;
  redactor.add(Secret(secret));
  return redactor.apply(text);
}

const std::string k_agent_key =
    "q8Zt+/4kQ9v7bX2cL0pN6wR3sT5uY1aD8eF/gH+jK0M="; // as the marketplace makes them

template <class T>
concept Printable = requires(std::ostream& out, const T& value) { out << value; };

} // namespace

TEST_CASE("a secret has no way out but reveal") {
  CHECK_FALSE(Printable<Secret>);
  CHECK_FALSE(std::is_convertible_v<Secret, std::string>);
  CHECK_FALSE(std::is_convertible_v<Secret, std::string_view>);
}

TEST_CASE("moving leaves nothing behind, short or long") {
  for (const std::string text : {"short", "long enough to live on the heap, whatever the library does"}) {
    CAPTURE(text);
    Secret from(text);
    const Secret to(std::move(from));
    CHECK(to.reveal() == text);
    CHECK(from.empty()); // NOLINT(bugprone-use-after-move): that is the point
    const std::string& rest = from.reveal();
    CHECK(std::string(rest.data(), std::min<std::size_t>(rest.capacity(), 15)).find("hort") ==
          std::string::npos);
  }
}

TEST_CASE("the mask shows enough to tell keys apart and no more") {
  CHECK(Secret("ap_0123456789abcdefXYZW").masked() == "ap_0123...XYZW");
  CHECK(Secret("ap_012345678").masked() == "********");
  CHECK(Secret("").masked() == "********");
}

TEST_CASE("a known secret vanishes in every encoding") {
  const std::string awkward = "p\"a\\s/s word+%";
  for (const std::string& secret : {k_agent_key, awkward, std::string("hunter2!")}) {
    CAPTURE(secret);
    for (const std::string& form : {secret, base64(secret), base64url(secret), percent_encode(secret)}) {
      CAPTURE(form);
      CHECK(redacted(secret, "before " + form + " after " + form) == "before [redacted] after [redacted]");
    }
  }
  CHECK(redacted(awkward, R"({"key":"p\"a\\s/s word+%"})") == R"({"key":"[redacted]"})");
  CHECK(redacted(awkward, R"({"key":"p\"a\\s\/s word+%"})") == R"({"key":"[redacted]"})");
  CHECK(redacted("a+b/c=d?e", "?key=a%2bb%2fc%3dd%3fe") == "?key=[redacted]");
}

TEST_CASE("a secret inside something longer that was then encoded vanishes too") {
  for (const std::string user : {"", "x", "xy", "xyz", "x-access-token:"})
    for (const std::string after : {"", "@", "@g", "@gh"}) {
      const std::string whole = user + k_agent_key + after;
      CAPTURE(whole);
      for (const std::string& encoded : {base64(whole), base64url(whole)}) {
        const std::string seen = redacted(k_agent_key, "Authorization: Basic " + encoded);
        CHECK(seen.find("[redacted]") != std::string::npos);
        CHECK(seen.size() < std::string("Authorization: Basic ").size() + encoded.size() - 30);
      }
    }
}

TEST_CASE("of two secrets the longer goes first, and a short one is no secret") {
  Redactor redactor;
  redactor.add(Secret("abcdef"));
  redactor.add(Secret("abcdefghij"));
  redactor.add(Secret("the"));
  CHECK(redactor.apply("the abcdefghij and abcdef") == "the [redacted] and [redacted]");
}

TEST_CASE("tokens of the marketplaces and of GitHub are masked though nobody named them") {
  const std::string tail = "A1b2C3d4E5f6G7h8I9j0-_";
  const Redactor redactor;
  for (const std::string prefix : {"ap_", "ah_", "ai_", "ghp_", "github_pat_", "gho_", "ghs_", "sk_sandbox_"})
    for (const std::string before :
         {"", " ", "\"", "=", "Bearer%20", "Bearer%3a", R"(\n)", R"(\u000a)", "-H=", "n:"}) {
      const std::string text = before + prefix + tail + " rest";
      CAPTURE(text);
      CHECK(redactor.apply(text) == before + prefix + "[redacted] rest");
    }
}

TEST_CASE("ordinary words that begin alike stay") {
  const Redactor redactor;
  for (const std::string text : {"ap_short", "ah_", "the map_reduce_over_all_the_hirings_of_today ran",
                                 "ghp_", "a_ai_b", "Zap_12345678901234567890"}) {
    CAPTURE(text);
    CHECK(redactor.apply(text) == text);
  }
}
