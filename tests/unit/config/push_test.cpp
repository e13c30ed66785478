// SPDX-License-Identifier: MIT
// How work is delivered: into repositories, and to HiClaw.
#include "config/hiclaw.hpp"
#include "config/push.hpp"

#include <doctest/doctest.h>

using namespace agr;
using namespace agr::config;

namespace {

Document document_of(const std::string& lines) {
  auto document = Document::parse("[[agents]]\nname = \"alice\"\n" + lines, "file");
  REQUIRE(document);
  return std::move(*document);
}

const Document::Path k_agent{"agents", "0"};

} // namespace

TEST_CASE("where pushes go and who is their author") {
  const auto standard = push_in(document_of(""), k_agent, "file").value();
  CHECK_FALSE(standard.to_default);
  CHECK(standard.author.empty());
  const auto set =
      push_in(document_of("push = { branch = \"default\", author = \"A <a@b>\" }"), k_agent, "file").value();
  CHECK(set.to_default);
  CHECK(set.author == "A <a@b>");
  for (const auto* bad : {"push = { branch = \"main\" }", "push = { brnch = \"own\" }"})
    CHECK(push_in(document_of(bad), k_agent, "file").error().kind == Kind::config);
}

TEST_CASE("a HiClaw installation") {
  CHECK(hiclaw_in(document_of(""), k_agent, "file").value().rooms.empty());
  const auto hiclaw =
      hiclaw_in(document_of("[agents.hiclaw]\ntasks = \"/t\"\nalias = \"a\"\nworker = \"@w:h.example\"\n"
                            "mc = \"/mc\"\ncopaw = \"/copaw\"\n"
                            "[agents.hiclaw.rooms]\n\"@w:h.example\" = \"!r:h.example\""),
                k_agent, "file")
          .value();
  CHECK(hiclaw.tasks == "/t");
  CHECK(hiclaw.alias == "a");
  CHECK(hiclaw.worker == "@w:h.example");
  CHECK(hiclaw.mc == "/mc");
  CHECK(hiclaw.copaw == "/copaw");
  CHECK(hiclaw.rooms.at("@w:h.example") == "!r:h.example");
  for (const auto* bad :
       {"hiclaw = { room = \"x\" }", "hiclaw = { worker = \"w:h\" }",
        "hiclaw = { rooms = { \"w:h\" = \"!r:h\" } }", "hiclaw = { rooms = { \"@w:h\" = \"#r:h\" } }",
        "hiclaw = { rooms = { \"@w:h\" = \"!r h:x\" } }", "hiclaw = { rooms = { \"@w\" = \"!r:h\" } }",
        "hiclaw = { rooms = { \"@w:\" = \"!r:h\" } }"})
    CHECK_MESSAGE(hiclaw_in(document_of(bad), k_agent, "file").error().kind == Kind::config, bad);
}
