// SPDX-License-Identifier: MIT
#include "process/child.hpp"

#include "process/limits.hpp"
#include "process/words.hpp"

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
  std::uint64_t max_file;
  int third;  ///< becomes descriptor 3 when it is one
  int report; ///< closed by a successful exec; otherwise errno is written to it
  pid_t parent;
};

void tell_and_exit(int report) {
  const int reason = errno;
  [[maybe_unused]] const auto ignored = ::write(report, &reason, sizeof reason);
  ::_exit(127);
}

/// Descriptors 0 to 2, and 3 where it is wanted; all others end with the exec. The report moves out of the
/// way.
bool place_descriptors(Plan& plan) {
  constexpr int k_out_of_the_way = 16;
  plan.report = ::fcntl(plan.report, F_DUPFD_CLOEXEC, k_out_of_the_way);
  plan.third = plan.third < 0 ? -1 : ::fcntl(plan.third, F_DUPFD_CLOEXEC, k_out_of_the_way);
  const bool placed =
      ::dup2(plan.input, 0) == 0 && ::dup2(plan.output, 1) == 1 && ::dup2(plan.errors, 2) == 2;
  if (!placed || ::syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC) != 0)
    return false;
  return plan.third < 0 || ::dup2(plan.third, 3) == 3;
}

[[noreturn]] void become(Plan plan) {
  ::setpgid(0, 0);
  // Asked for before the parent is checked: a parent that died in between is noticed either way.
  if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || ::getppid() != plan.parent)
    ::_exit(127);
  if (place_descriptors(plan) && (*plan.folder == '\0' || ::chdir(plan.folder) == 0)) {
    reset_signals();
    restore_descriptor_limit();
    limit_files(plan.max_file);
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

tl::expected<Child, StartFailure> start_child(const Program& program) {
  auto words = program.sandbox;
  words.insert(words.end(), program.argv.begin(), program.argv.end());
  const auto& name = words.front();
  const Fd in(::open(program.input.c_str(), O_RDONLY | O_CLOEXEC));
  auto output = make_pipe();
  auto errors = make_pipe();
  auto sandbox = make_pipe();
  auto report = make_pipe();
  if (!in.is_open() || !output || !errors || !sandbox || !report)
    return tl::unexpected(failure(name, errno));

  const Plan plan{.argv = pointers_to(words),
                  .environment = pointers_to(program.environment),
                  .folder = program.folder.c_str(),
                  .input = in.get(),
                  .output = output->write.get(),
                  .errors = errors->write.get(),
                  .max_file = program.max_file,
                  .third = program.sandbox.empty() ? program.inherited : sandbox->write.get(),
                  .report = report->write.get(),
                  .parent = ::getpid()};
  const pid_t pid = ::fork();
  if (pid < 0)
    return tl::unexpected(failure(name, errno));
  if (pid == 0)
    become(plan);

  ::setpgid(pid, pid); // in both: whoever comes first, the group exists from here on
  report->write.close();
  if (const auto reason = reason_from(report->read))
    return tl::unexpected(failure(name, *reason));
  return Child{.pid = pid,
               .output = std::move(output->read),
               .errors = std::move(errors->read),
               .report = std::move(sandbox->read)};
}

} // namespace agr::process
