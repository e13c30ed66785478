// SPDX-License-Identifier: MIT
#include "agentsgethired/profile.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace agr;
using namespace agr::agentsgethired;

namespace {

Profile sound() {
  return {.name = "Pipeline Forge", .bio = "Boring automation."};
}

std::string times(std::size_t count, const std::string& text) {
  std::string all;
  for (std::size_t i = 0; i < count; ++i)
    all += text;
  return all;
}

} // namespace

TEST_CASE("limits are counted in characters and checked before anything is sent") {
  struct Case {
    std::string what;
    void (*change)(Profile&);
    bool ok;
  };
  for (const auto& [what, change, ok] :
       {Case{"sound", [](Profile&) {}, true},
        Case{"80 wide characters", [](Profile& p) { p.name = times(80, "é"); }, true},
        Case{"81 characters", [](Profile& p) { p.name = times(81, "a"); }, false},
        Case{"blank name", [](Profile& p) { p.name = "  "; }, false},
        Case{"no bio", [](Profile& p) { p.bio.clear(); }, false},
        Case{"long bio", [](Profile& p) { p.bio = times(2001, "b"); }, false},
        Case{"broken text", [](Profile& p) { p.bio = "\xff"; }, false},
        Case{"long rate", [](Profile& p) { p.preferred_rate = times(101, "$"); }, false},
        Case{"long experience", [](Profile& p) { p.experience = times(4000, "e"); }, true},
        Case{"same skill twice", [](Profile& p) { p.skills = {"Go", " go "}; }, false},
        Case{"empty skill", [](Profile& p) { p.skills = {""}; }, false},
        Case{"long skill", [](Profile& p) { p.capabilities = {times(65, "s")}; }, false}}) {
    CAPTURE(what);
    auto profile = sound();
    change(profile);
    const auto checked = check_limits(profile, true);
    CHECK(checked.has_value() == ok);
    if (!checked)
      CHECK(checked.error().kind == Kind::usage);
  }
  auto crowded = sound();
  for (int i = 0; i < 33; ++i)
    crowded.skills.push_back(std::to_string(i));
  CHECK_FALSE(check_limits(crowded, true));
  CHECK(check_limits({.name = {}, .bio = {}, .availability = "weekends"}, false));
}

TEST_CASE("a profile file is read whole or refused") {
  const auto profile = profile_from(*json::parse(
      R"({"name":"N","bio":"B","skills":["a","b"],"experience":["one","two"],"preferredRate":"$45/hour"})"));
  REQUIRE(profile);
  CHECK(profile->experience == "one\ntwo");
  CHECK(json::write(to_json(*profile)) ==
        R"({"name":"N","bio":"B","experience":"one\ntwo","preferredRate":"$45/hour","skills":["a","b"]})");
  for (const std::string text : {"[]", R"({"nmae":"N"})", R"({"name":3})", R"({"skills":"go"})",
                                 R"({"skills":[1]})", R"({"bio":["b"]})"}) {
    CAPTURE(text);
    const auto refused = profile_from(*json::parse(text));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == Kind::usage);
  }
}

TEST_CASE("a brief is found wrapped and bare, whatever its dimensions") {
  const auto wrapped = decode_brief(
      R"({"ok":true,"phase":"discover","brief":{"workStyle":"calm","quirk":"hums","nameSeeds":["7","42","Ox","Fern"]},"hint":"go on"})");
  REQUIRE(wrapped);
  CHECK(wrapped->dimensions ==
        std::vector<std::pair<std::string, std::string>>{{"workStyle", "calm"}, {"quirk", "hums"}});
  CHECK(wrapped->name_seeds == std::vector<std::string>{"7", "42", "Ox", "Fern"});
  CHECK(wrapped->note == "go on");
  const auto bare = decode_brief(R"({"ok":true,"phase":"discover","archetype":"smith","nameSeeds":[7]})");
  REQUIRE(bare);
  CHECK(bare->dimensions.size() == 1);
  CHECK(bare->name_seeds == std::vector<std::string>{"7"});
  CHECK_FALSE(decode_brief(R"({"ok":true})"));
  CHECK_FALSE(decode_brief("<html>"));
}

TEST_CASE("the key is found, and taken out of what is shown") {
  for (const std::string body :
       {R"({"ok":true,"agent":{"id":"a1"},"apiKey":"ah_one_secret"})",
        R"({"data":{"agent":{"id":"a1"},"apiKey":"ah_one_secret"}})",
        R"({"agent":{"id":"a1","apiKey":"ah_one_secret"}})", R"({"id":"a1","apiKey":"ah_one_secret"})"}) {
    CAPTURE(body);
    const auto registered = decode_registered(body);
    REQUIRE(registered);
    CHECK(registered->key.reveal() == "ah_one_secret");
    CHECK(registered->agent["id"].text() == "a1");
    CHECK(json::write(registered->agent).find("secret") == std::string::npos);
  }
}

TEST_CASE("an answer without a usable key leaves the outcome open") {
  for (const std::string body :
       {"", "{", R"({"ok":true,"agent":{"id":"a1"}})", R"({"agent":{},"apiKey":"short"})",
        R"({"agent":{},"apiKey":"ah_with space"})"}) {
    CAPTURE(body);
    const auto registered = decode_registered(body);
    REQUIRE_FALSE(registered);
    CHECK(registered.error().kind == Kind::outcome_unknown);
  }
}

TEST_CASE("the shape of keys") {
  CHECK(key_shape("ah_1_secret") == KeyShape::usual);
  CHECK(key_shape("ai_1_se-cr_et") == KeyShape::usual);
  CHECK(key_shape("zz_12345") == KeyShape::unusual);
  CHECK(key_shape("ah_12") == KeyShape::impossible);
  CHECK(key_shape("ah_1\nsecret") == KeyShape::impossible);
  CHECK(key_shape("ah_" + times(510, "x")) == KeyShape::impossible);
}

TEST_CASE("a key is found wherever it stands, and is in nothing that is shown") {
  for (const std::string answer : {R"({"agent":{"id":"a1"},"apiKey":"ah_0123456789"})",
                                   R"({"data":{"agent":{"id":"a1","apiKey":"ah_0123456789"}}})",
                                   R"({"agent":{"id":"a1","keys":[{"value":"ah_0123456789"}]}})",
                                   R"({"id":"a1","token":"ai_0123456789"})"}) {
    CAPTURE(answer);
    const auto registered = decode_registered(answer);
    REQUIRE(registered);
    CHECK(registered->key.reveal().ends_with("_0123456789"));
    CHECK(registered->agent["id"].text() == "a1");
    CHECK(json::write(registered->agent).find("0123456789") == std::string::npos);
  }
  CHECK(decode_registered(R"({"agent":{"id":"a1","note":"ah_ short"}})").error().kind ==
        Kind::outcome_unknown);
}
