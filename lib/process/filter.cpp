// SPDX-License-Identifier: MIT
#include "process/filter.hpp"

#include "process/fd.hpp"
#include "process/files.hpp"
#include "process/words.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>

namespace agr::process {
namespace {

/// The input as a file without a name: the program reads it at its own pace, or not at all, and nobody waits.
Result<Fd> as_file(std::string_view input) {
  Fd file(::memfd_create("input", MFD_CLOEXEC));
  if (!file.is_open())
    return fail(system_error("make", "the input"));
  while (!input.empty()) {
    const auto written = ::write(file.get(), input.data(), input.size());
    if (written < 0)
      return fail(system_error("write", "the input"));
    input.remove_prefix(static_cast<std::size_t>(written));
  }
  ::lseek(file.get(), 0, SEEK_SET);
  return file;
}

/// In a process group of its own, so that what it starts can be stopped with it.
Result<pid_t> spawn(const Filter& filter, const Fd& input, const Fd& output) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input.get(), STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, output.get(), STDOUT_FILENO);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  pid_t child = 0;
  const int error = ::posix_spawn(&child, filter.argv.front().c_str(), &actions, &attributes,
                                  pointers_to(filter.argv).data(), pointers_to(filter.environment).data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0)
    return fail(
        {Kind::config, fmt::format("cannot start {}: {}", filter.argv.front(), std::strerror(error))});
  return child;
}

Millis steady_now() {
  return std::chrono::duration_cast<Millis>(std::chrono::steady_clock::now().time_since_epoch());
}

/// Reads until the end, the limit or the deadline; says which of the latter two it was.
Filtered::How read_until(const Fd& output, const Filter& filter, std::string& text) {
  const auto deadline = steady_now() + filter.patience;
  std::array<char, 4096> buffer{};
  for (;;) {
    const auto left = deadline - steady_now();
    pollfd ready{.fd = output.get(), .events = POLLIN, .revents = 0};
    if (left <= Millis(0) || ::poll(&ready, 1, static_cast<int>(left.count())) == 0)
      return Filtered::How::timed_out;
    const auto got = ::read(output.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR)
      continue;
    if (got <= 0)
      return Filtered::How::exited;
    text.append(buffer.data(), static_cast<std::size_t>(got));
    if (text.size() > filter.max_output)
      return Filtered::How::wrote_too_much;
  }
}

int wait_for(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

} // namespace

Result<Filtered> run_filter(const Filter& filter, std::string_view input) {
  AGR_TRY_ASSIGN(const auto in, as_file(input));
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0)
    return fail(system_error("make", "a pipe"));
  const Fd read_end(ends[0]);
  Fd write_end(ends[1]);
  AGR_TRY_ASSIGN(const pid_t child, spawn(filter, in, write_end));
  write_end.close();
  Filtered filtered;
  filtered.how = read_until(read_end, filter, filtered.output);
  if (filtered.how != Filtered::How::exited)
    ::kill(-child, SIGKILL);
  const int status = wait_for(child);
  if (WIFSIGNALED(status) && filtered.how == Filtered::How::exited)
    filtered.how = Filtered::How::signalled;
  filtered.code = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
  return filtered;
}

} // namespace agr::process
