// SPDX-License-Identifier: MIT
#include "process/child.hpp"

#include "process/limits.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/close_range.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

namespace agr::process {
namespace {

struct Pipe {
  Fd read;
  Fd write;
};

std::optional<Pipe> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0)
    return {};
  return Pipe{.read = Fd(ends[0]), .write = Fd(ends[1])};
}

std::vector<char*> pointers_to(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (const auto& text : texts)
    pointers.push_back(const_cast<char*>(text.c_str())); // execve promises not to write
  pointers.push_back(nullptr);
  return pointers;
}

void reset_signals() {
  struct sigaction standard{};
  standard.sa_handler = SIG_DFL;
  for (int number = 1; number < NSIG; ++number)
    ::sigaction(number, &standard, nullptr);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

/// What the child needs, prepared before the fork so that after it there are only system calls.
struct Plan {
  std::vector<char*> argv;
  std::vector<char*> environment;
  const char* folder;
  int input;
  int output;
  int errors;
  int report; ///< closed by a successful exec; otherwise errno is written to it
  pid_t parent;
};

void tell_and_exit(int report) {
  const int reason = errno;
  [[maybe_unused]] const auto ignored = ::write(report, &reason, sizeof reason);
  ::_exit(127);
}

[[noreturn]] void become(const Plan& plan) {
  ::setpgid(0, 0);
  // Asked for before the parent is checked: a parent that died in between is noticed either way.
  if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || ::getppid() != plan.parent)
    ::_exit(127);
  const bool ready = ::dup2(plan.input, 0) == 0 && ::dup2(plan.output, 1) == 1 &&
                     ::dup2(plan.errors, 2) == 2 && (*plan.folder == '\0' || ::chdir(plan.folder) == 0) &&
                     ::syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC) == 0;
  if (ready) {
    reset_signals();
    restore_descriptor_limit();
    ::execve(plan.argv[0], plan.argv.data(), plan.environment.data());
  }
  tell_and_exit(plan.report);
  ::_exit(127);
}

StartFailure failure(std::string_view program, int reason) {
  return StartFailure{.code = reason == ENOENT ? 127 : 126,
                      .message = fmt::format("cannot start {}: {}", program, std::strerror(reason))};
}

/// Waits until the child has become the program, or says why it has not.
std::optional<int> reason_from(const Fd& report) {
  int reason = 0;
  ssize_t got = 0;
  do
    got = ::read(report.get(), &reason, sizeof reason);
  while (got < 0 && errno == EINTR);
  return got == sizeof reason ? std::optional(reason) : std::nullopt;
}

} // namespace

tl::expected<Child, StartFailure> start_child(const Command& command, const std::string& input) {
  const auto& program = command.argv.front();
  const Fd in(::open(input.c_str(), O_RDONLY | O_CLOEXEC));
  auto output = make_pipe();
  auto errors = make_pipe();
  auto report = make_pipe();
  if (!in.is_open() || !output || !errors || !report)
    return tl::unexpected(failure(program, errno));

  const Plan plan{.argv = pointers_to(command.argv),
                  .environment = pointers_to(command.environment),
                  .folder = command.folder.c_str(),
                  .input = in.get(),
                  .output = output->write.get(),
                  .errors = errors->write.get(),
                  .report = report->write.get(),
                  .parent = ::getpid()};
  const pid_t pid = ::fork();
  if (pid < 0)
    return tl::unexpected(failure(program, errno));
  if (pid == 0)
    become(plan);

  ::setpgid(pid, pid); // in both: whoever comes first, the group exists from here on
  report->write.close();
  if (const auto reason = reason_from(report->read))
    return tl::unexpected(failure(program, *reason));
  return Child{.pid = pid, .output = std::move(output->read), .errors = std::move(errors->read)};
}

} // namespace agr::process
