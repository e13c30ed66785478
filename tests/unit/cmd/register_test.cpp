// SPDX-License-Identifier: MIT
#include "hired.hpp"

#include <doctest/doctest.h>

#include <filesystem>

using namespace agr;
using test::Hired;
using test::Ran;
using test::says;

namespace {

struct Newcomer : Hired {
  Newcomer() { forget_key(); }
  void welcomes(const std::string& key = "ah_new_0123456789secret") {
    market.on("POST /api/agents", 201,
              R"({"ok":true,"agent":{"id":"a1","name":"Forge"},"apiKey":")" + key + "\"}");
  }
};

const std::vector<std::string> k_forge{"register", "--name", "Forge", "--bio", "Boring."};

} // namespace

TEST_CASE("registration saves the key and shows it to nobody") {
  Newcomer one;
  one.welcomes();
  const Ran ran = one.run(
      {"register", "--name", "Forge", "--bio", "Boring.", "--skill", "go", "--skill", "triage", "--json"});
  REQUIRE(ran.exit == 0);
  CHECK(ran.json()["id"].text() == "a1");
  CHECK_FALSE(says(ran.out + ran.err, "secret"));
  CHECK(one.last().body == R"({"name":"Forge","bio":"Boring.","skills":["go","triage"]})");
  CHECK_FALSE(one.last().credential);
  CHECK(one.folder.mode("config") == 0600);
  CHECK(says(one.folder.read("config"), "ah_new_0123456789secret"));

  const Ran again = one.run(k_forge);
  CHECK(again.exit == 7);
  CHECK(one.market.seen.size() == 1);
  CHECK(one.run({"register", "--name", "Forge", "--bio", "Boring.", "--profile", "second"}).exit == 0);
  CHECK(says(one.folder.read("config"), "second"));
}

TEST_CASE("a key of either era is taken; another beginning is mentioned") {
  for (const auto& [key, mentioned] :
       {std::pair{"ah_a_0123456789", false}, std::pair{"ai_a_0123456789", false},
        std::pair{"ar_a_0123456789", true}}) {
    CAPTURE(key);
    Newcomer one;
    one.welcomes(key);
    const Ran ran = one.run(k_forge);
    CHECK(ran.exit == 0);
    CHECK(says(ran.err, "unusual") == mentioned);
    CHECK(says(one.folder.read("config"), key));
  }
}

TEST_CASE("a key under another name is found, and shown as little") {
  Newcomer one;
  one.market.on("POST /api/agents", 201,
                R"({"agent":{"id":"a1","auth":{"bearer":"ah_new_0123456789secret","kind":"x"}}})");
  const Ran ran = one.run({"register", "--name", "Forge", "--bio", "Boring.", "--json"});
  CHECK(ran.exit == 0);
  CHECK(ran.json().at_path("auth.kind").text() == "x");
  CHECK_FALSE(says(ran.out + ran.err, "secret"));
  CHECK(says(one.folder.read("config"), "ah_new_0123456789secret"));
}

TEST_CASE("when the key cannot be saved it is printed once, on stderr") {
  Newcomer one;
  const std::string place = one.folder.path("home");
  std::filesystem::create_directory(place);
  one.environment.set("AGR_CONFIG", place + "/config");
  one.market.on("POST /api/agents", [&](const http::Request&) -> Result<http::Response> {
    std::filesystem::remove_all(place);
    return http::Response{201, {}, R"({"agent":{"id":"a1"},"apiKey":"ah_new_0123456789secret"})"};
  });
  const Ran ran = one.run({"register", "--name", "Forge", "--bio", "Boring.", "--json"});
  CHECK(ran.exit != 0);
  CHECK(ran.out.empty());
  const auto at = ran.err.find("ah_new_0123456789secret");
  REQUIRE(at != std::string::npos);
  CHECK(ran.err.find("ah_new_0123456789secret", at + 1) == std::string::npos);
  CHECK(says(ran.err, "agr login agentsgethired"));
}

TEST_CASE("a place that cannot be written to is found before anything is sent") {
  Newcomer one;
  one.welcomes();
  one.environment.set("AGR_CONFIG", one.folder.path("nowhere/config"));
  CHECK(one.run(k_forge).exit == 78);
  one.at_terminal = true;
  CHECK_FALSE(says(one.run({"register"}, "Forge\nBoring.\n").err, "Name of the agent"));
  CHECK(one.market.seen.empty());
}

TEST_CASE("a lost registration is not tried again, and an answer without a key is not called one") {
  Newcomer lost;
  lost.market.lose("POST /api/agents");
  const Ran ran = lost.run(k_forge);
  CHECK(ran.exit == 7);
  CHECK(says(ran.err, "an agent may exist whose key nobody has"));
  CHECK(lost.market.seen.size() == 1);
  CHECK(lost.folder.read("config").empty());

  Newcomer keyless;
  keyless.market.on("POST /api/agents", 201, R"({"agent":{"id":"a1"}})");
  CHECK(keyless.run(k_forge).exit == 7);
  CHECK(keyless.market.seen.size() == 1);
}

TEST_CASE("registration that has moved names the newer path and how a key is imported") {
  for (const auto& [status, exit] :
       {std::pair{410, 6}, std::pair{404, 6}, std::pair{405, 1}, std::pair{403, 5}}) {
    CAPTURE(status);
    Newcomer one;
    one.market.on("POST /api/agents", status, R"({"error":"Gone"})");
    const Ran ran = one.run(k_forge);
    CHECK(ran.exit == exit);
    CHECK(says(ran.err, "agentsidentify.com"));
    CHECK(says(ran.err, "agr login agentsgethired"));
  }
}

TEST_CASE("on a terminal it asks for what is not given, until it fits") {
  Newcomer one;
  one.welcomes();
  one.at_terminal = true;
  const std::string long_name(81, 'x');
  const Ran ran = one.run({"register"}, "\n" + long_name + "\nForge\nBoring.\ngo, triage,\n\n$45/hour\n\n");
  REQUIRE(ran.exit == 0);
  CHECK(says(ran.err, "at most 80"));
  CHECK(one.last().body ==
        R"({"name":"Forge","bio":"Boring.","preferredRate":"$45/hour","skills":["go","triage"]})");
}

TEST_CASE("on a terminal, somebody who gave something is asked only for what is needed") {
  Newcomer one;
  one.welcomes();
  one.at_terminal = true;
  CHECK(one.run({"register", "--name", "Forge"}, "Boring.\n").exit == 0);
  CHECK(one.last().body == R"({"name":"Forge","bio":"Boring."})");
  Newcomer gone;
  gone.at_terminal = true;
  CHECK(gone.run({"register"}, "Forge\n").exit == 2);
  CHECK(gone.market.seen.empty());
}

TEST_CASE("a profile comes from a file in either notation, and options override it") {
  struct Case {
    std::string file;
    std::string sent;
  };
  for (const auto& c :
       {Case{R"({"name":"Ox","bio":"Calm.","skills":["go"],"experience":["one","two"]})",
             R"({"name":"Ox","bio":"Loud.","experience":"one\ntwo","skills":["go"]})"},
        Case{"# mine\nname = \"Ox\"\nbio = \"\"\"\nCalm.\"\"\"\nskills = [\"go\"]\nlookingFor = \"\"\n",
             R"({"name":"Ox","bio":"Loud.","skills":["go"]})"}}) {
    CAPTURE(c.file);
    Newcomer one;
    one.welcomes();
    const auto path = one.folder.write("profile", c.file);
    CHECK(one.run({"register", "--from", path, "--bio", "Loud."}).exit == 0);
    CHECK(one.last().body == c.sent);
  }
}

TEST_CASE("a file that is no profile is refused before anything is sent") {
  for (const std::string& file :
       {std::string("name = \"Ox\"\nrate = 45.5\n"), std::string("name = \"Ox\"\nwho = 1\n"),
        std::string("name = Ox\n"), std::string("[1, 2]"), std::string(""),
        std::string("{\"name\": 5, \"bio\": \"b\"}"), std::string("\x01\x02"),
        std::string("{\"name\": \"Ox\", \"bio\": \"b\", \"skills\": [\"a\", \"A\"]}")}) {
    CAPTURE(file);
    Newcomer one;
    CHECK(one.run({"register", "--from", one.folder.write("profile", file)}).exit == 64);
    CHECK(one.market.seen.empty());
  }
}

TEST_CASE("a brief prints as a profile to fill in, whatever the service suggests") {
  Newcomer one;
  one.market.on(
      "POST /api/agents", 200,
      R"({"ok":true,"brief":{"workStyle":"calm\nname = \"evil\"","novelty":"new","nameSeeds":["7","Ox"],"odd":{"x":1}},"hint":"go on"})");
  const Ran ran = one.run({"register", "--discover"});
  REQUIRE(ran.exit == 0);
  CHECK(one.last().body == R"({"phase":"discover"})");
  CHECK(says(ran.out, "#   work style  calm"));
  CHECK(says(ran.out, "#   novelty     new"));
  CHECK(says(ran.out, "#   name seeds  7, Ox"));
  CHECK(says(ran.err, "go on"));
  CHECK(one.run({"register", "--discover", "--json"}).json()["odd"]["x"].as_integer() == 1);

  // What it printed is a file that registers once it is filled in, and nothing in it was the service's.
  const auto file = one.folder.write("profile.toml", ran.out);
  CHECK(one.run({"register", "--from", file}).exit == 64);
  one.market.forget("POST /api/agents");
  one.welcomes();
  CHECK(one.run({"register", "--from", file, "--name", "Forge", "--bio", "Boring."}).exit == 0);
  CHECK(one.last().body == R"({"name":"Forge","bio":"Boring."})");
}
