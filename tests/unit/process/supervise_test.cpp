// SPDX-License-Identifier: MIT
#include "process/attempt.hpp"
#include "process/files.hpp"
#include "process/supervise.hpp"
#include "unit/process/stage.hpp"

#include <doctest/doctest.h>
#include <poll.h>

#include <csignal>

using namespace agr;
using namespace agr::process;

TEST_CASE("how a handler ended is written down") {
  struct Case {
    const char* script;
    How how;
    int code;
    int signal;
    const char* output;
  };
  for (const auto& c :
       {Case{"cat", How::exited, 0, 0, "hello"},
        Case{"echo out; echo err >&2; exit 3", How::exited, 3, 0, "out\n"},
        Case{"kill -SEGV $$", How::signalled, 0, SIGSEGV, ""},
        Case{"exec 1>&- 2>&-; exit 4", How::exited, 4, 0, ""}, Case{"exit 75", How::exited, 75, 0, ""}}) {
    CAPTURE(c.script);
    const Stage stage;
    const auto ending = run(stage, stage.shell(c.script), "hello");
    CHECK(ending.how == c.how);
    CHECK(ending.code == c.code);
    CHECK(ending.signal == c.signal);
    CHECK(stage.text("stdout") == c.output);
    CHECK(ending.output_bytes == std::string_view(c.output).size());
    CHECK(ending.finished >= ending.started);
  }
}

TEST_CASE("a handler gets exactly the environment, folder and descriptors meant for it") {
  ::setenv("LEAKED", "yes", 1);
  const Stage stage;
  const auto ending = run(stage, stage.shell("pwd; env | grep -c LEAKED; ls /proc/self/fd | wc -l"));
  CHECK(ending.code == 0);
  // ls itself has the fourth one open.
  CHECK(stage.text("stdout") == stage.folder + "\n0\n4\n");
}

TEST_CASE("a program that cannot be started is reported as a shell would") {
  struct Case {
    const char* program;
    int code;
  };
  for (const auto& c : {Case{"/nowhere/handler", 127}, Case{"/etc/passwd", 126}}) {
    CAPTURE(c.program);
    const Stage stage;
    auto command = stage.shell("");
    command.argv = {c.program};
    const auto ending = run(stage, command);
    CHECK(ending.how == How::exited);
    CHECK(ending.code == c.code);
    CHECK(ending.message.find(c.program) != std::string::npos);
  }
}

TEST_CASE("limits end a handler") {
  struct Case {
    const char* what;
    const char* script;
    Millis deadline;
    How how;
  };
  for (const auto& c :
       {Case{"hangs", "sleep 100", Millis(50), How::timed_out},
        Case{"ignores TERM", "trap '' TERM; while :; do sleep 1; done", Millis(50), How::timed_out},
        Case{"floods", "yes", Millis(60'000), How::output_limit},
        Case{"floods and ignores TERM", "trap '' TERM; yes", Millis(60'000), How::output_limit}}) {
    CAPTURE(c.what);
    const Stage stage;
    auto command = stage.shell(c.script);
    command.deadline = std::chrono::time_point_cast<Millis>(std::chrono::system_clock::now()) + c.deadline;
    CHECK(run(stage, command).how == c.how);
    CHECK(stage.text("stdout").size() <= command.max_output);
    CHECK(left_behind(stage) == 0);
  }
}

TEST_CASE("exactly the allowed output is not too much") {
  const Stage stage;
  const auto ending = run(stage, stage.shell("head -c 1000 /dev/zero"));
  CHECK(ending.how == How::exited);
  CHECK(ending.output_bytes == 1000);
}

TEST_CASE("only the end of stderr is kept") {
  const Stage stage;
  run(stage, stage.shell("yes | head -c 300000 >&2; echo last >&2"));
  const auto errors = stage.text("stderr");
  CHECK(errors.size() == (std::size_t{64} << 10));
  CHECK(errors.ends_with("\nlast\n"));
}

TEST_CASE("nothing a handler forked is left behind") {
  struct Case {
    const char* what;
    const char* script;
  };
  for (const auto& c :
       {Case{"background child", "sleep 100 & echo done"},
        Case{"child holding stdout, ignoring TERM", "(trap '' TERM; sleep 100) & echo done"},
        Case{"daemon in its own session", "setsid sleep 100 >/dev/null 2>&1 </dev/null & echo done"},
        Case{"twice forked daemon", "(setsid sh -c 'sleep 100 & sleep 101 & wait' &) ; echo done"},
        Case{"many", "for i in 1 2 3 4 5 6 7 8 9; do setsid sleep 100 & done; echo done"}}) {
    CAPTURE(c.what);
    const Stage stage;
    const auto ending = run(stage, stage.shell(c.script));
    CHECK(ending.how == How::exited);
    CHECK(ending.code == 0);
    CHECK(stage.text("stdout") == "done\n");
    CHECK(left_behind(stage) == 0);
  }
}

TEST_CASE("a supervisor asked to stop gives the handler its grace, then kills it; or kills it") {
  struct Case {
    const char* what;
    const char* script;
    int signal;
    const char* output;
  };
  for (const auto& c :
       {Case{"handler tidies up", "trap 'echo bye; exit 0' TERM; : >up; while :; do sleep 0.01; done",
             SIGTERM, "bye\n"},
        Case{"handler does not care", "trap '' TERM; : >up; while :; do sleep 0.01; done", SIGTERM, ""},
        Case{"asked to kill", "trap 'echo bye' TERM; : >up; while :; do sleep 0.01; done", SIGINT, ""}}) {
    CAPTURE(c.what);
    const Stage stage;
    REQUIRE(stage.spool.fill(stage.shell(c.script), ""));
    const pid_t supervisor = fork_supervisor(stage.spool);
    wait_for_file(stage.folder + "/up");
    ::kill(supervisor, c.signal);
    CHECK(exit_code_of(supervisor) == 0);
    CHECK(stage.spool.ending().value()->how == How::stopped);
    CHECK(stage.text("stdout") == c.output);
    CHECK(left_behind(stage) == 0);
  }
}

TEST_CASE("a handler does not outlive its supervisor, nor does what it forked outlive the search for it") {
  const Stage stage;
  REQUIRE(stage.spool.fill(stage.shell("setsid sleep 100 & : >up; exec sleep 100"), ""));
  const pid_t supervisor = fork_supervisor(stage.spool);
  wait_for_file(stage.folder + "/up");
  ::kill(supervisor, SIGKILL);
  exit_code_of(supervisor);
  const auto found = find(stage.spool);
  REQUIRE(found);
  CHECK(std::get<Ending>(*found).how == How::lost);
  while (left_behind(stage) > 0)
    ::usleep(2'000);
}

TEST_CASE("of several supervisors one runs the command") {
  const Stage stage;
  REQUIRE(stage.spool.fill(stage.shell("echo run >>runs"), ""));
  std::vector<pid_t> supervisors;
  for (int i = 0; i < 8; ++i)
    supervisors.push_back(fork_supervisor(stage.spool));
  int winners = 0;
  for (const pid_t pid : supervisors)
    winners += exit_code_of(pid) == 0 ? 1 : 0;
  CHECK(winners == 1);
  CHECK(stage.text("runs") == "run\n");
}

TEST_CASE("an attempt nobody claimed is void from the moment somebody looks") {
  const Stage stage;
  REQUIRE(stage.spool.fill(stage.shell("echo run >>runs"), ""));
  CHECK(std::get<Ending>(find(stage.spool).value()).how == How::never_started);
  CHECK(exit_code_of(fork_supervisor(stage.spool)) == 1);
  CHECK(stage.text("runs") == "(none)");
  CHECK(std::get<Ending>(find(stage.spool).value()).how == How::never_started);
}

TEST_CASE("an attempt whose folder was never made was never started") {
  CHECK(std::get<Ending>(find(Spool("/nowhere/1")).value()).how == How::never_started);
}

TEST_CASE("somebody who is not its parent can find a supervisor, wait for it and stop it") {
  const Stage stage;
  REQUIRE(stage.spool.fill(stage.shell("trap 'exit 0' TERM; : >up; while :; do sleep 0.01; done"), ""));
  const pid_t supervisor = fork_supervisor(stage.spool);
  wait_for_file(stage.folder + "/up");
  {
    const auto found = find(stage.spool);
    REQUIRE(found);
    REQUIRE(std::holds_alternative<Running>(*found));
    const auto& running = std::get<Running>(*found);
    CHECK(running.supervisor.pid == supervisor);
    stop(running, Stop::gently);
    pollfd watched{running.exit.get(), POLLIN, 0};
    CHECK(::poll(&watched, 1, 10'000) == 1);
    reap(running);
  }
  CHECK(std::get<Ending>(find(stage.spool).value()).how == How::stopped);
}

TEST_CASE("a started supervisor is found by its descriptor, and one that does nothing voids the attempt") {
  const Stage stage;
  REQUIRE(stage.spool.fill(stage.shell("true"), ""));
  const auto running = start(stage.spool, {"/bin/true"});
  REQUIRE(running);
  pollfd watched{running->exit.get(), POLLIN, 0};
  CHECK(::poll(&watched, 1, 10'000) == 1);
  reap(*running);
  CHECK(std::get<Ending>(find(stage.spool).value()).how == How::never_started);
}

TEST_CASE("hooks run around the handler, in its folder and with its environment") {
  const Stage stage;
  auto command = stage.shell("echo \"$ADDED\"; : >handler; exit 3");
  command.hooks = {.environment = {"/bin/sh", "-c", "echo ADDED=value; echo told >&2"},
                   .before = {"/bin/sh", "-c", "echo \"before $ADDED $1\" >before", "-", "$(id)"},
                   .after = {"/bin/sh", "-c", "ls handler >after; echo $AGR_EXIT_CODE $AGR_ENDING >>after"}};
  const auto ending = run(stage, command);
  CHECK(ending.code == 3);
  CHECK(ending.hook.empty());
  CHECK(stage.text("stdout") == "value\n");
  CHECK(stage.text("before") == "before value $(id)\n");
  CHECK(stage.text("after") == "handler\n3 exited\n");
  CHECK(stage.text("environment") == "ADDED=value\n");
  CHECK(stage.text("stderr") == "told\n");
}

TEST_CASE("a hook that fails keeps the handler from running, and the last one always runs") {
  struct Case {
    const char* what;
    const char* environment;
    const char* before;
    const char* hook;
    int code;
  };
  for (const auto& c : {Case{"no variables", "exit 5", "true", "environment", 5},
                        Case{"other output", "echo LD_PRELOAD=/x", "true", "environment", 126},
                        Case{"too much output", "yes A=1 | head -c 70000", "true", "environment", 0},
                        Case{"preparation", "true", "exit 75", "pre-handler", 75}}) {
    CAPTURE(c.what);
    const Stage stage;
    auto command = stage.shell(": >handler");
    command.hooks = {.environment = {"/bin/sh", "-c", c.environment},
                     .before = {"/bin/sh", "-c", c.before},
                     .after = {"/bin/sh", "-c", ": >after"}};
    const auto ending = run(stage, command);
    CHECK(ending.hook == c.hook);
    if (ending.how == How::exited)
      CHECK(ending.code == c.code);
    else
      CHECK(ending.how == How::output_limit);
    CHECK(stage.text("handler") == "(none)");
    CHECK(stage.text("after").empty());
  }
}

TEST_CASE("hooks are stopped like handlers") {
  struct Case {
    const char* what;
    const char* before;
    const char* handler;
    const char* after;
    const char* hook;
    How how;
  };
  for (const auto& c :
       {Case{"hanging preparation", "trap '' TERM; sleep 100", "true", ": >after", "pre-handler",
             How::timed_out},
        Case{"hanging handler", "true", "sleep 100", "echo $AGR_ENDING >after", "", How::timed_out},
        Case{"hanging end", "true", "true", ": >after; trap '' TERM; sleep 100", "", How::exited},
        Case{"left behind", "setsid sleep 100 >/dev/null 2>&1 & true", "true", ": >after; sleep 100 &", "",
             How::exited}}) {
    CAPTURE(c.what);
    const Stage stage;
    auto command = stage.shell(c.handler);
    command.after_time = Millis(300);
    command.hooks = {.before = {"/bin/sh", "-c", c.before}, .after = {"/bin/sh", "-c", c.after}};
    command.deadline = std::chrono::time_point_cast<Millis>(std::chrono::system_clock::now()) + Millis(500);
    const auto ending = run(stage, command);
    CHECK(ending.how == c.how);
    CHECK(ending.hook == c.hook);
    CHECK(stage.text("after") != "(none)");
    CHECK(left_behind(stage) == 0);
  }
}

TEST_CASE("a wish that comes between two programs is not forgotten") {
  const Stage stage;
  auto command = stage.shell(": >handler");
  command.straggler_grace = Millis(300);
  command.hooks = {.before = {"/bin/sh", "-c", "sleep 100 & : >up"}};
  REQUIRE(stage.spool.fill(command, ""));
  const pid_t supervisor = fork_supervisor(stage.spool);
  wait_for_file(stage.folder + "/up");
  ::kill(supervisor, SIGTERM);
  CHECK(exit_code_of(supervisor) == 0);
  CHECK(stage.spool.ending().value()->how == How::stopped);
  CHECK(stage.text("handler") == "(none)");
  CHECK(left_behind(stage) == 0);
}

TEST_CASE("too much on disk ends a handler") {
  struct Case {
    const char* what;
    const char* script;
    How how;
  };
  for (const auto& c :
       {Case{"one large file", "head -c 10G /dev/zero >big; sleep 100", How::disk_limit},
        Case{"several files", "for i in 1 2 3; do head -c 700K /dev/zero >b$i; done; sleep 100",
             How::disk_limit},
        Case{"and gone before anybody looked", "head -c 1500K /dev/zero >big", How::disk_limit},
        Case{"a hole is nothing", "truncate -s 900K hole; echo >x", How::exited}}) {
    CAPTURE(c.what);
    const Stage stage;
    auto command = stage.shell(c.script);
    command.max_disk = 1'000'000;
    CHECK(run(stage, command).how == c.how);
    CHECK(left_behind(stage) == 0);
  }
}
