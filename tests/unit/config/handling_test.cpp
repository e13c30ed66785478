// SPDX-License-Identifier: MIT
#include "config/handling.hpp"

#include <doctest/doctest.h>

using namespace agr;
using namespace agr::config;
using Words = std::vector<std::string>;

namespace {

Result<Handling> handling_of(const std::string& lines) {
  const auto document = Document::parse("[[agents]]\nname = \"alice\"\n" + lines, "file");
  REQUIRE(document);
  return handling_in(*document, {"agents", "0"}, "file, agent alice");
}

} // namespace

TEST_CASE("nothing said is nothing done") {
  const auto handling = handling_of("handler = [\"x\"]\nroom = \"y\"\n").value();
  CHECK_FALSE(handling.isolate);
  CHECK_FALSE(handling.isolate_network);
  CHECK_FALSE(handling.max_disk);
  CHECK(handling.hooks_folder.empty());
}

TEST_CASE("isolation, limits and hooks of an agent") {
  const auto handling =
      handling_of("isolate = true\nisolate_network = true\nisolate_paths = [\"/opt/x\", \"/srv\"]\n"
                  "max_disk = 1000\n[agents.hooks]\nenvironment = [\"/e\", \"a b\"]\npre-handler = [\"/b\"]\n"
                  "post-handler = [\"/p\"]\n")
          .value();
  CHECK(handling.isolate);
  CHECK(handling.isolate_network);
  CHECK(handling.isolate_paths == Words{"/opt/x", "/srv"});
  CHECK(handling.max_disk == 1000);
  CHECK(handling.environment == Words{"/e", "a b"});
  CHECK(handling.pre_handler == Words{"/b"});
  CHECK(handling.post_handler == Words{"/p"});
  CHECK(handling_of("hooks = \"/etc/hooks\"").value().hooks_folder == "/etc/hooks");
}

TEST_CASE("what might be a mistake is one") {
  for (const auto* lines :
       {"isolat = true", "isolated = true", "isolation = true", "isolate = \"yes\"", "isolate = 1",
        "isolate_networks = true", "isolate_paths = \"/opt\"", "isolate_paths = []", "max_disk = \"1G\"",
        "max_disk = -1", "max_disks = 5", "hook = \"/x\"", "hooks = { pre_handler = [\"/x\"] }",
        "hooks = { environment = \"/x\" }"}) {
    CAPTURE(lines);
    const auto handling = handling_of(lines);
    REQUIRE_FALSE(handling);
    CHECK(handling.error().kind == Kind::config);
    CHECK(handling.error().message.find("agent alice") != std::string::npos);
  }
}
