// SPDX-License-Identifier: MIT
#include "cmd/frame/foreground.hpp"

#include "base/text.hpp"
#include "process/fd.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <fstream>
#include <set>

namespace agr::cmd {
namespace {

constexpr Millis k_look_again{20};
constexpr int k_patience = 150; // looks before a leftover that ignores TERM is killed: three seconds

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> all;
  for (const std::string& text : texts)
    all.push_back(const_cast<char*>(text.c_str())); // POSIX promises not to write to them
  all.push_back(nullptr);
  return all;
}

Result<pid_t> start(const std::vector<std::string>& command, const std::vector<std::string>& environment) {
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  // We ignore SIGPIPE, which a program started by us must not inherit.
  sigset_t defaults;
  sigemptyset(&defaults);
  sigaddset(&defaults, SIGPIPE);
  posix_spawnattr_setsigdefault(&attributes, &defaults);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
  pid_t pid = 0;
  const int error = posix_spawnp(&pid, command.front().c_str(), nullptr, &attributes,
                                 pointers(command).data(), pointers(environment).data());
  posix_spawnattr_destroy(&attributes);
  if (error != 0)
    return fail({Kind::usage,
                 fmt::format("cannot start {}: {}", printable(command.front()), std::strerror(error)),
                 "name a program that can be run, with its arguments, after --"});
  return pid;
}

/// Ctrl-C reaches everybody on the terminal: passed on, it would arrive twice.
bool came_from_the_terminal(int signal_number) {
  const process::Fd terminal(::open("/dev/tty", O_RDONLY | O_CLOEXEC));
  return signal_number == SIGINT && terminal.is_open() && ::tcgetpgrp(terminal.get()) == ::getpgrp();
}

std::set<pid_t> children() {
  std::ifstream list(fmt::format("/proc/self/task/{}/children", ::getpid()));
  std::set<pid_t> all;
  for (pid_t pid = 0; list >> pid;)
    all.insert(pid);
  return all;
}

class Foreground {
public:
  Foreground(net::Loop& loop, pid_t pid)
      : m_loop(loop), m_pid(pid), m_ending(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))) {}

  int run() {
    for (const int signal_number : {SIGINT, SIGTERM, SIGHUP})
      m_loop.on_signal(signal_number, [this, signal_number] { pass_on(signal_number); });
    m_watch = m_loop.watch(m_ending.get(), {.read = true}, [this](net::Interest) { look_for_end(); });
    m_loop.run();
    return m_code;
  }

private:
  void pass_on(int signal_number) const {
    if (m_pid != 0 && !came_from_the_terminal(signal_number))
      ::kill(m_pid, signal_number);
  }

  void look_for_end() {
    siginfo_t how{};
    if (::waitid(P_PID, static_cast<id_t>(m_pid), &how, WEXITED | WNOHANG) != 0 || how.si_pid == 0)
      return;
    m_code = how.si_code == CLD_EXITED ? how.si_status : 128 + how.si_status;
    m_pid = 0;
    m_loop.unwatch(m_watch);
    end_leftovers();
  }

  /// Orphans become our children, so they can be found until none is left.
  void end_leftovers() {
    while (::waitpid(-1, nullptr, WNOHANG) > 0) {
    }
    const std::set<pid_t> left = children();
    if (left.empty())
      return m_loop.stop();
    ++m_looks;
    for (const pid_t pid : left)
      if (m_looks > k_patience || m_told.insert(pid).second)
        ::kill(pid, m_looks > k_patience ? SIGKILL : SIGTERM);
    m_loop.after(k_look_again, [this] { end_leftovers(); });
  }

  net::Loop& m_loop;
  pid_t m_pid; // 0 once it has ended
  process::Fd m_ending;
  net::WatchId m_watch = {};
  int m_code = 0;
  int m_looks = 0;
  std::set<pid_t> m_told = {};
};

} // namespace

Result<int> run_in_foreground(net::Loop& loop, const std::vector<std::string>& command,
                              const std::vector<std::string>& environment) {
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  AGR_TRY_ASSIGN(const pid_t pid, start(command, environment));
  return Foreground(loop, pid).run();
}

} // namespace agr::cmd
