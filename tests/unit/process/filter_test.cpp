// SPDX-License-Identifier: MIT
#include "process/filter.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace agr;
using namespace agr::process;
using How = Filtered::How;

namespace {

Filter shell(const std::string& script) {
  return {.argv = {"/bin/sh", "-c", script}, .environment = {"GREETING=hello"}};
}

} // namespace

TEST_CASE("input in, output out, nothing inherited") {
  const auto answer = run_filter(shell("cat; printf ' %s' \"$GREETING$HOME\""), "line");
  REQUIRE(answer);
  CHECK(answer->how == How::exited);
  CHECK(answer->code == 0);
  CHECK(answer->output == "line hello");
}

TEST_CASE("a program that does not read its input is no problem, however long that is") {
  const auto answer = run_filter(shell("echo done"), std::string(1 << 20, 'x'));
  REQUIRE(answer);
  CHECK(answer->output == "done\n");
}

TEST_CASE("how it ended is told apart") {
  CHECK(run_filter(shell("exit 75"), "")->code == 75);
  const auto killed = *run_filter(shell("kill -9 $$"), "");
  CHECK(killed.how == How::signalled);
  CHECK(killed.code == 9);
  auto chatty = shell("while :; do echo 0123456789; done");
  chatty.max_output = 1000;
  CHECK(run_filter(chatty, "")->how == How::wrote_too_much);
  auto slow = shell("sleep 600 & sleep 600");
  slow.patience = Millis(1);
  CHECK(run_filter(slow, "")->how == How::timed_out);
}

TEST_CASE("what cannot be started certainly did not run") {
  const auto answer = run_filter({.argv = {"/nonexistent/pay"}}, "");
  REQUIRE(!answer);
  CHECK(answer.error().kind == Kind::config);
}
