// SPDX-License-Identifier: MIT
#include "process/supervise.hpp"

#include "process/child.hpp"
#include "process/files.hpp"
#include "process/spool.hpp"
#include "process/tail.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <thread>

namespace agr::process {
namespace {

using Steady = std::chrono::steady_clock;

constexpr std::size_t k_stderr_kept = std::size_t{64} << 10;

Time wall_now() {
  return std::chrono::time_point_cast<Millis>(std::chrono::system_clock::now());
}

class Supervisor {
public:
  Supervisor(const Spool& spool, Command command) : m_spool(spool), m_command(std::move(command)) {}

  Ending run() {
    m_ending.started = wall_now();
    if (start()) {
      while (!is_over())
        step();
      sweep();
      take(m_child.output, [this](std::string_view bytes) { keep_output(bytes); });
      take(m_child.errors, [this](std::string_view bytes) { m_errors.add(bytes); });
    }
    save_outputs();
    m_ending.finished = wall_now();
    return m_ending;
  }

private:
  bool start() {
    take_signals();
    m_output = Fd(::open(m_spool.path("stdout").c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (!m_output.is_open()) {
      m_ending = Ending{.how = How::never_started,
                        .message = system_error("create", m_spool.path("stdout")).message,
                        .started = m_ending.started};
      return false;
    }
    auto child = start_child(m_command, m_spool.path("input.json"));
    if (!child) {
      m_ending.code = child.error().code;
      m_ending.message = child.error().message;
      return false;
    }
    m_child = std::move(*child);
    ::fcntl(m_child.output.get(), F_SETFL, O_NONBLOCK);
    ::fcntl(m_child.errors.get(), F_SETFL, O_NONBLOCK);
    if (m_command.deadline)
      m_stop_at = Steady::now() + (*m_command.deadline - wall_now());
    return true;
  }

  void take_signals() {
    sigset_t set;
    ::sigemptyset(&set);
    for (const int number : {SIGCHLD, SIGTERM, SIGINT, SIGHUP})
      ::sigaddset(&set, number);
    ::sigprocmask(SIG_BLOCK, &set, nullptr);
    m_signals = Fd(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
  }

  /// The handler has ended, and its outputs have too or had their time.
  [[nodiscard]] bool is_over() const {
    const bool silent = !m_child.output.is_open() && !m_child.errors.is_open();
    return m_straggler_until && (silent || Steady::now() >= *m_straggler_until);
  }

  void step() {
    // poll(2) skips the -1 of a closed descriptor.
    std::array<pollfd, 3> watched{
        {{m_signals.get(), POLLIN, 0}, {m_child.output.get(), POLLIN, 0}, {m_child.errors.get(), POLLIN, 0}}};
    ::poll(watched.data(), watched.size(), milliseconds_to_wait());
    take(m_child.output, [this](std::string_view bytes) { keep_output(bytes); });
    take(m_child.errors, [this](std::string_view bytes) { m_errors.add(bytes); });
    take_wishes();
    look_for_the_end();
    keep_time();
  }

  [[nodiscard]] int milliseconds_to_wait() const {
    std::optional<Steady::time_point> next;
    for (const auto& at : {m_stop_at, m_kill_at, m_straggler_until})
      if (at && (!next || *at < *next))
        next = at;
    if (!next)
      return -1;
    const auto left = std::chrono::ceil<Millis>(*next - Steady::now());
    return static_cast<int>(std::clamp<long long>(left.count(), 0, 60'000));
  }

  template <class Use>
  void take(Fd& pipe, Use use) {
    char piece[65536];
    // A bounded number of pieces: a flood must not keep signals and timers waiting.
    for (int i = 0; i < 16 && pipe.is_open(); ++i) {
      const auto got = ::read(pipe.get(), piece, sizeof piece);
      if (got > 0)
        use(std::string_view(piece, static_cast<std::size_t>(got)));
      else if (got == 0)
        pipe.close();
      else if (errno != EINTR)
        return;
    }
  }

  void keep_output(std::string_view bytes) {
    const auto room = m_command.max_output - m_ending.output_bytes;
    if (bytes.size() > room)
      kill_because(How::output_limit);
    bytes = bytes.substr(0, room);
    while (!bytes.empty()) {
      const auto written = ::write(m_output.get(), bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR)
        continue;
      if (written < 0)
        return kill_because(How::disk_full);
      m_ending.output_bytes += static_cast<std::uint64_t>(written);
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
  }

  void take_wishes() {
    signalfd_siginfo info{};
    while (::read(m_signals.get(), &info, sizeof info) == sizeof info) {
      if (info.ssi_signo == SIGINT)
        kill_because(How::stopped);
      else if (info.ssi_signo != SIGCHLD)
        stop_because(How::stopped);
    }
  }

  /// Reaps adopted orphans as they end. The handler itself stays a zombie until the sweep: as long as it
  /// does, its number, which is also that of its group, cannot pass to a stranger.
  void look_for_the_end() {
    if (m_straggler_until)
      return;
    siginfo_t info{};
    while (::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid != 0) {
      if (info.si_pid == m_child.pid) {
        m_straggler_until = Steady::now() + m_command.straggler_grace;
        m_stop_at.reset();
        return;
      }
      ::waitpid(info.si_pid, nullptr, 0);
      info = {};
    }
  }

  void keep_time() {
    const auto now = Steady::now();
    if (m_stop_at && now >= *m_stop_at)
      stop_because(How::timed_out);
    if (m_kill_at && now >= *m_kill_at) {
      m_kill_at.reset();
      signal_group(SIGKILL);
    }
  }

  void stop_because(How why) {
    if (m_why || m_straggler_until)
      return;
    m_why = why;
    m_stop_at.reset();
    m_kill_at = Steady::now() + m_command.kill_grace;
    signal_group(SIGTERM);
  }

  void kill_because(How why) {
    if (!m_why)
      m_why = why;
    m_stop_at.reset();
    signal_group(SIGKILL);
  }

  void signal_group(int number) const {
    if (m_reaped)
      return; // the number may be somebody else's by now
    ::kill(-m_child.pid, number);
    if (number == SIGKILL)
      ::kill(m_child.pid, number); // it may have left its group
  }

  /// Nothing the handler started stays: first its group, then whoever left the group and, orphaned, became
  /// a child of this process.
  void sweep() {
    signal_group(SIGKILL);
    int status = 0;
    ::waitpid(m_child.pid, &status, 0);
    m_reaped = true;
    note(status);
    while (reap_and_ask_for_more()) {
      for (const pid_t pid : children())
        ::kill(pid, SIGKILL);
      std::this_thread::sleep_for(Millis(1));
    }
  }

  static bool reap_and_ask_for_more() {
    pid_t reaped = 0;
    do
      reaped = ::waitpid(-1, nullptr, WNOHANG);
    while (reaped > 0);
    return reaped == 0;
  }

  void note(int status) {
    m_ending.code = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
    m_ending.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    m_ending.how = m_why.value_or(WIFSIGNALED(status) ? How::signalled : How::exited);
  }

  void save_outputs() {
    if (m_output.is_open() && ::fsync(m_output.get()) != 0 && m_ending.how == How::exited)
      m_ending.how = How::disk_full;
    // Only the reason of a failure to be shown; its loss must not change how the attempt ended.
    (void)write_durably(m_spool.path("stderr"), m_errors.text());
  }

  const Spool& m_spool;
  Command m_command;
  Child m_child;
  bool m_reaped = false;
  Fd m_signals;
  Fd m_output;
  Tail m_errors{k_stderr_kept};
  Ending m_ending;
  std::optional<How> m_why; ///< why the handler was stopped, when it was
  std::optional<Steady::time_point> m_stop_at;
  std::optional<Steady::time_point> m_kill_at;
  std::optional<Steady::time_point> m_straggler_until; ///< set once the handler has ended
};

/// What a handler did must not be forgotten because the disk is full just now: tries until there is room,
/// or the spool is gone and nobody asks any more.
int record(const Spool& spool, const Ending& ending) {
  while (!spool.conclude(ending)) {
    if (::access(spool.folder().c_str(), F_OK) != 0)
      return 1;
    std::this_thread::sleep_for(std::chrono::seconds(1));
  }
  return 0;
}

} // namespace

int supervise(const std::string& folder) {
  const Spool spool(folder);
  auto command = spool.command();
  if (!command)
    return 1;
  const auto won = spool.claim(Claim{.supervisor = own_identity()});
  if (!won || !*won)
    return 1;
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  return record(spool, Supervisor(spool, std::move(*command)).run());
}

} // namespace agr::process
