// SPDX-License-Identifier: MIT
// What the supervisor runs around the handler, and what is left to do when it was lost in between.
#include "process/attempt.hpp"
#include "process/files.hpp"
#include "process/handover.hpp"
#include "process/supervise.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/wait.h>

#include <csignal>
#include <filesystem>

using namespace agr;
using namespace agr::process;

namespace {

struct Stage {
  std::string folder = [] {
    std::string pattern = (std::filesystem::temp_directory_path() / "agr-steps-XXXXXX").string();
    return std::string(::mkdtemp(pattern.data()));
  }();
  Spool spool{folder};

  Stage() = default;
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;
  ~Stage() { (void)remove_folder(folder); }

  std::vector<std::string> environment() const {
    return {"PATH=/usr/bin:/bin", "MARK=" + folder + "/here", "F=" + folder};
  }
  Step step(const std::string& script, bool takes_secret = false) const {
    return Step{
        .argv = {"/bin/sh", "-c", script}, .environment = environment(), .takes_secret = takes_secret};
  }
  Command command(const std::string& script) const {
    return Command{.argv = {"/bin/sh", "-c", script},
                   .environment = environment(),
                   .folder = folder,
                   .straggler_grace = Millis(100),
                   .kill_grace = Millis(100),
                   .max_output = 1000};
  }
  std::string text(const std::string& file) const { return read_file(spool.path(file)).value_or("(none)"); }
};

pid_t fork_supervisor(const Spool& spool, const Secret& secret = Secret()) {
  const pid_t pid = ::fork();
  if (pid != 0)
    return pid;
  const auto end = hand_over(secret).value_or(Fd());
  if (!secret.empty() && end.get() != k_secret_descriptor)
    ::dup2(end.get(), k_secret_descriptor);
  ::_exit(supervise(spool.folder()));
}

int exit_code_of(pid_t pid) {
  int status = 0;
  ::waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

Ending ending_of(const Stage& stage) {
  const auto ending = stage.spool.ending();
  REQUIRE(ending);
  REQUIRE(*ending);
  return **ending;
}

Ending run(const Stage& stage, const Command& command, const Secret& secret = Secret()) {
  REQUIRE(stage.spool.fill(command, ""));
  CHECK(exit_code_of(fork_supervisor(stage.spool, secret)) == 0);
  return ending_of(stage);
}

void wait_for_file(const std::string& path) {
  while (::access(path.c_str(), F_OK) != 0)
    ::usleep(2'000);
}

/// A step or handler that says where it is and then waits for ever, the first time.
std::string stuck(const std::string& name) {
  return "[ -e $F/" + name + " ] || { : >$F/" + name + "; sleep 100; }; echo " + name + " >>$F/order";
}

void kill_supervisor(const Stage& stage, const std::string& where) {
  const pid_t supervisor = fork_supervisor(stage.spool);
  wait_for_file(stage.folder + "/" + where);
  ::kill(supervisor, SIGKILL);
  exit_code_of(supervisor);
}

} // namespace

TEST_CASE("steps run around the handler, which is not run when one before fails") {
  struct Case {
    const char* what;
    const char* before;
    const char* handler;
    const char* after;
    How how;
    int code;
    const char* order;
  };
  for (const auto& c :
       {Case{"all well", "exit 0", "exit 0", "exit 0", How::exited, 0, "BHA"},
        Case{"before fails", "echo why >&2; exit 1", "exit 0", "exit 0", How::step_failed, 1, "B"},
        Case{"before asks for later", "exit 75", "exit 0", "exit 0", How::exited, 75, "B"},
        Case{"before cannot be run", "exit 126", "exit 0", "exit 0", How::exited, 126, "B"},
        Case{"handler fails", "exit 0", "exit 3", "exit 0", How::exited, 3, "BH"},
        Case{"handler hands back", "exit 0", "exit 125", "exit 0", How::exited, 125, "BH"},
        Case{"after fails", "exit 0", "exit 0", "echo why >&2; exit 1", How::step_failed, 1, "BHA"},
        Case{"after is no handler", "exit 0", "exit 0", "exit 75", How::step_failed, 75, "BHA"}}) {
    CAPTURE(c.what);
    const Stage stage;
    auto command = stage.command(std::string("printf H >>$F/order; echo out; echo err >&2; ") + c.handler);
    command.before = {stage.step(std::string("printf B >>$F/order; echo no; ") + c.before)};
    command.after = {stage.step(std::string("printf A >>$F/order; echo no; ") + c.after)};
    const auto ending = run(stage, command);
    CHECK(ending.how == c.how);
    CHECK(ending.code == c.code);
    CHECK(stage.text("order") == c.order);
    CHECK(stage.text("stdout") == (std::string(c.order).starts_with("BH") ? "out\n" : ""));
    if (c.how == How::step_failed && c.code == 1)
      CHECK(stage.text("stderr") == "why\n");
  }
}

TEST_CASE("the secret reaches the steps that take it, and nobody else") {
  const Stage stage;
  const std::string show =
      "ls /proc/self/fd >$F/open.$NAME; cat /proc/self/environ >>$F/seen; [ -S /proc/self/fd/3 ]";
  auto command = stage.command("NAME=handler; ! { " + show + "; }");
  command.before = {stage.step("NAME=with; " + show, true), stage.step("NAME=without; ! { " + show + "; }")};
  command.after = {stage.step("NAME=after; " + show, true)};
  const auto ending = run(stage, command, Secret("t0k3n"));
  CHECK(ending.how == How::exited);
  CHECK(ending.code == 0);
  for (const auto& entry : std::filesystem::recursive_directory_iterator(stage.folder))
    if (entry.is_regular_file())
      CHECK(read_file(entry.path()).value_or("").find("t0k3n") == std::string::npos);
}

TEST_CASE("the handler takes the secret only when the command says so") {
  const Stage stage;
  auto command = stage.command("[ -S /proc/self/fd/3 ]");
  command.takes_secret = true;
  CHECK(run(stage, command, Secret("t0k3n")).code == 0);
}

TEST_CASE("a deadline holds for steps, too, and nothing of theirs is left") {
  const Stage stage;
  auto command = stage.command("true");
  command.before = {stage.step("setsid sleep 1000 & sleep 1000")};
  command.deadline = std::chrono::time_point_cast<Millis>(std::chrono::system_clock::now()) + Millis(100);
  CHECK(run(stage, command).how == How::timed_out);
}

TEST_CASE("a supervisor lost before the handler began leaves an attempt that never was") {
  const Stage stage;
  auto command = stage.command("echo handler >>$F/order");
  command.before = {stage.step(stuck("before"))};
  REQUIRE(stage.spool.fill(command, ""));
  kill_supervisor(stage, "before");
  CHECK(std::get<Ending>(find(stage.spool).value()).how == How::never_started);
  CHECK(exit_code_of(fork_supervisor(stage.spool)) == 1); // and never will be
}

TEST_CASE("one lost while the handler ran leaves an attempt that is lost") {
  const Stage stage;
  auto command = stage.command(stuck("handler"));
  command.before = {stage.step("true")};
  command.after = {stage.step("true")};
  REQUIRE(stage.spool.fill(command, ""));
  kill_supervisor(stage, "handler");
  CHECK(std::get<Ending>(find(stage.spool).value()).how == How::lost);
  CHECK(exit_code_of(fork_supervisor(stage.spool)) == 1);
}

TEST_CASE("one lost in the steps after is followed by another that does them, any number of times") {
  const Stage stage;
  auto command = stage.command("echo handler >>$F/order; echo out");
  command.after = {stage.step(stuck("after")), stage.step(stuck("last"))};
  REQUIRE(stage.spool.fill(command, ""));
  for (const auto* where : {"after", "last"}) {
    kill_supervisor(stage, where);
    CHECK(std::holds_alternative<Unfinished>(find(stage.spool).value()));
  }
  REQUIRE(stage.spool.refill(command));
  CHECK(exit_code_of(fork_supervisor(stage.spool)) == 0);
  CHECK(ending_of(stage).how == How::exited);
  CHECK(ending_of(stage).output_bytes == 4);
  CHECK(stage.text("order") == "handler\nafter\nafter\nlast\n");
  CHECK(stage.text("stdout") == "out\n");
  CHECK(exit_code_of(fork_supervisor(stage.spool)) == 1); // over
}

TEST_CASE("while one lives, nobody else does the steps after") {
  const Stage stage;
  auto command = stage.command("true");
  command.after = {stage.step(stuck("after"))};
  REQUIRE(stage.spool.fill(command, ""));
  const pid_t first = fork_supervisor(stage.spool);
  wait_for_file(stage.folder + "/after");
  CHECK(std::holds_alternative<Running>(find(stage.spool).value()));
  CHECK(exit_code_of(fork_supervisor(stage.spool)) == 1);
  ::kill(first, SIGTERM);
  exit_code_of(first);
  CHECK(ending_of(stage).how == How::stopped);
}
