// SPDX-License-Identifier: MIT
#include "process/sandbox.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>

using namespace agr;
using namespace agr::process;

namespace {

bool has(const std::vector<std::string>& words, const std::vector<std::string>& sequence) {
  return !std::ranges::search(words, sequence).empty();
}

} // namespace

TEST_CASE("a sandbox shows what is listed and nothing of the rest") {
  const auto words = sandbox_words({.bubblewrap = "/usr/bin/bwrap",
                                    .readable = {"/home/a/handler"},
                                    .writable = {"/s/work"},
                                    .temporary = "/s/tmp"});
  CHECK(words.front() == "/usr/bin/bwrap");
  CHECK(words.back() == "--");
  CHECK(has(words, {"--ro-bind", "/home/a/handler", "/home/a/handler"}));
  CHECK(has(words, {"--bind", "/s/work", "/s/work"}));
  CHECK(has(words, {"--bind", "/s/tmp", "/tmp"}));
  for (const auto* word : {"--unshare-net", "--unshare-pid", "--new-session", "--die-with-parent"})
    CHECK(has(words, {word}));
  for (const auto* path : {"/", "/home", "/root", "/etc", "/var", "/run", "/etc/shadow", "/etc/agr"})
    for (const auto* how : {"--ro-bind", "--ro-bind-try", "--bind", "--bind-try"})
      CHECK_FALSE(has(words, {how, path}));
}

TEST_CASE("the network is there when it is allowed") {
  CHECK_FALSE(has(sandbox_words({.bubblewrap = "b", .network = true}), {"--unshare-net"}));
}

TEST_CASE("what bwrap reports") {
  struct Case {
    std::vector<const char*> pieces;
    bool ran;
  };
  for (const auto& c : {Case{{}, false}, Case{{"{ \"child-pid\": 1 }\n"}, false},
                        Case{{"{ \"child-pid\": 1 }\n{ \"exit-code\": 0 }\n"}, true},
                        Case{{"{ \"child-p", "id\": 1 }\n{ \"exit", "-code\": 3 }\n"}, true},
                        Case{{"{ \"exit-code\": 0 }"}, false}, Case{{"nonsense\n"}, false}}) {
    SandboxReport report;
    for (const auto* piece : c.pieces)
      report.add(piece);
    CHECK(report.ran() == c.ran);
  }
}

TEST_CASE("the group inside is known as long as its first process lives") {
  SandboxReport report;
  CHECK_FALSE(report.group());
  report.add("{ \"child-pid\": " + std::to_string(::getpid()) + " }\n");
  CHECK(report.group() == ::getpid());
  SandboxReport gone;
  gone.add("{ \"child-pid\": 999999999 }\n");
  CHECK_FALSE(gone.group());
}

TEST_CASE("without bubblewrap it says what to install, with one that fails what to allow") {
  const auto missing = find_bubblewrap("/nowhere:relative");
  REQUIRE_FALSE(missing);
  CHECK(missing.error().kind == Kind::config);
  CHECK(missing.error().hint == "apt install bubblewrap");
}
