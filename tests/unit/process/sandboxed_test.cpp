// SPDX-License-Identifier: MIT
// Supervised programs in a real sandbox, where this machine lets us make one.
#include "process/files.hpp"
#include "process/sandbox.hpp"
#include "process/supervise.hpp"
#include "unit/process/stage.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <csignal>
#include <filesystem>

using namespace agr;
using namespace agr::process;

namespace {

std::string bubblewrap() {
  static const auto k_found = find_bubblewrap("/usr/bin:/bin");
  if (!k_found)
    MESSAGE("SKIPPED: " << k_found.error().message << "; " << k_found.error().hint);
  return k_found.value_or("");
}

/// The script runs in a folder that is its own inside, too.
Command sandboxed(const Stage& stage, const std::string& script) {
  for (const auto* name : {"/work", "/tmp"})
    std::filesystem::create_directories(stage.folder + name);
  auto command = stage.shell(script);
  command.folder = stage.folder + "/work";
  command.sandbox = sandbox_words(
      {.bubblewrap = bubblewrap(), .writable = {command.folder}, .temporary = stage.folder + "/tmp"});
  return command;
}

} // namespace

TEST_CASE("a sandboxed program has its input, output, exit code and nothing else") {
  if (bubblewrap().empty())
    return;
  struct Case {
    const char* script;
    int code;
    const char* output;
  };
  for (const auto& c :
       {Case{"cat; exit 3", 3, "hello"}, Case{"pwd >&2; : >made && echo yes", 0, "yes\n"},
        Case{"echo x >/tmp/x && cat /tmp/x", 0, "x\n"},
        Case{"for f in /x /usr/x /dev/x /etc/x /var/x; do touch $f && echo made; done", 1, ""},
        Case{"set -- /proc/[0-9]*; echo $#", 0, "2\n"}, // bwrap and sh
        Case{"ls /sys/class/net /home /root /run /etc/shadow 2>/dev/null", 2, ""},
        Case{"kill -KILL $$", 137, ""}, Case{"ls /proc/self/fd | wc -l", 0, "4\n"},
        Case{"grep CapEff /proc/self/status", 0, "CapEff:\t0000000000000000\n"}}) {
    CAPTURE(c.script);
    const Stage stage;
    const auto ending = run(stage, sandboxed(stage, c.script), "hello");
    CHECK(ending.how == How::exited);
    CHECK(ending.code == c.code);
    CHECK(stage.text("stdout") == c.output);
    CHECK(left_behind(stage) == 0);
  }
}

TEST_CASE("a program the sandbox cannot start is reported as one that cannot be run") {
  if (bubblewrap().empty())
    return;
  const Stage stage;
  auto command = sandboxed(stage, "");
  command.argv = {"/nowhere/handler"};
  const auto ending = run(stage, command);
  CHECK(ending.how == How::exited);
  CHECK(ending.code == 126);
  CHECK(ending.message.find("sandbox") != std::string::npos);
}

TEST_CASE("nothing a sandboxed program forked is left behind") {
  if (bubblewrap().empty())
    return;
  for (const auto* script : {"sleep 100 & echo done", "(trap '' TERM; sleep 100) & echo done",
                             "setsid sleep 100 >/dev/null 2>&1 </dev/null & echo done",
                             "(setsid sh -c 'sleep 100 & sleep 101 & wait' &) ; echo done", "kill -KILL 0"}) {
    CAPTURE(script);
    const Stage stage;
    run(stage, sandboxed(stage, script));
    CHECK(left_behind(stage) == 0);
  }
}

TEST_CASE("a sandboxed program that is to stop has its grace") {
  if (bubblewrap().empty())
    return;
  struct Case {
    const char* what;
    const char* script;
    int signal;
    const char* output;
  };
  for (const auto& c :
       {Case{"tidies up", "trap 'echo bye; exit 0' TERM; : >up; while :; do sleep 0.01; done", SIGTERM,
             "bye\n"},
        Case{"does not care", "trap '' TERM; : >up; while :; do sleep 0.01; done", SIGTERM, ""},
        Case{"is killed", "trap 'echo bye' TERM; : >up; while :; do sleep 0.01; done", SIGINT, ""}}) {
    CAPTURE(c.what);
    const Stage stage;
    REQUIRE(stage.spool.fill(sandboxed(stage, c.script), ""));
    const pid_t supervisor = fork_supervisor(stage.spool);
    wait_for_file(stage.folder + "/work/up");
    ::kill(supervisor, c.signal);
    CHECK(exit_code_of(supervisor) == 0);
    CHECK(stage.spool.ending().value()->how == How::stopped);
    CHECK(stage.text("stdout") == c.output);
    CHECK(left_behind(stage) == 0);
  }
}

TEST_CASE("a sandbox dies with its supervisor, and everything in it") {
  if (bubblewrap().empty())
    return;
  const Stage stage;
  REQUIRE(stage.spool.fill(sandboxed(stage, "setsid sleep 100 & : >up; exec sleep 100"), ""));
  const pid_t supervisor = fork_supervisor(stage.spool);
  wait_for_file(stage.folder + "/work/up");
  ::kill(supervisor, SIGKILL);
  exit_code_of(supervisor);
  while (left_behind(stage) > 0)
    ::usleep(2'000);
}
