// SPDX-License-Identifier: MIT
#include "process/runner.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <thread>

namespace agr::process {
namespace {

constexpr Millis k_check_every{250};
/// A check of something large must not take more than this part of the time.
constexpr int k_check_share = 20;

Time wall_now() {
  return std::chrono::time_point_cast<Millis>(std::chrono::system_clock::now());
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

bool reap_and_ask_for_more() {
  pid_t reaped = 0;
  do
    reaped = ::waitpid(-1, nullptr, WNOHANG);
  while (reaped > 0);
  return reaped == 0;
}

} // namespace

Runner::Runner(Rules rules, Tail& errors) : m_rules(std::move(rules)), m_errors(errors) {
  sigset_t set;
  ::sigemptyset(&set);
  for (const int number : {SIGCHLD, SIGTERM, SIGINT, SIGHUP})
    ::sigaddset(&set, number);
  ::sigprocmask(SIG_BLOCK, &set, nullptr);
  m_signals = Fd(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
  if (m_rules.deadline)
    m_stop_at = Steady::now() + (*m_rules.deadline - wall_now());
}

Outcome Runner::run(const Program& program, const Keep& keep) {
  take_wishes();
  keep_time();
  if (m_why)
    return Outcome{.how = *m_why};
  if (const auto failure = start(program))
    return Outcome{.code = failure->code, .message = failure->message};
  while (!is_over())
    step(keep);
  const int status = sweep();
  read_all(keep);
  auto outcome = outcome_of(status);
  if (m_late)
    m_why = std::exchange(m_late, {});
  return outcome;
}

Outcome Runner::run_anyway(const Program& program, const Keep& keep, Millis time) {
  const auto why = std::exchange(m_why, {});
  const auto stop_at = std::exchange(m_stop_at, Steady::now() + time);
  auto outcome = run(program, keep);
  m_stop_at = stop_at;
  const bool stopped_meanwhile = m_why == How::stopped;
  if (why || !stopped_meanwhile)
    m_why = why;
  return outcome;
}

std::optional<StartFailure> Runner::start(const Program& program) {
  auto child = start_child(program);
  if (!child)
    return child.error();
  m_child = std::move(*child);
  for (const Fd* pipe : {&m_child.output, &m_child.errors, &m_child.report})
    ::fcntl(pipe->get(), F_SETFL, O_NONBLOCK);
  m_sandbox = program.sandbox.empty() ? std::nullopt : std::optional(SandboxReport());
  m_reaped = false;
  m_straggler_until.reset();
  if (m_rules.check)
    m_check_at = Steady::now() + k_check_every;
  return {};
}

/// The program has ended, and its outputs have too or had their time.
bool Runner::is_over() const {
  const bool silent = !m_child.output.is_open() && !m_child.errors.is_open();
  return m_straggler_until && (silent || Steady::now() >= *m_straggler_until);
}

void Runner::step(const Keep& keep) {
  // poll(2) skips the -1 of a closed descriptor.
  std::array<pollfd, 4> watched{{{m_signals.get(), POLLIN, 0},
                                 {m_child.output.get(), POLLIN, 0},
                                 {m_child.errors.get(), POLLIN, 0},
                                 {m_child.report.get(), POLLIN, 0}}};
  ::poll(watched.data(), watched.size(), milliseconds_to_wait());
  read_all(keep);
  take_wishes();
  look_for_the_end();
  keep_time();
  look_around();
}

int Runner::milliseconds_to_wait() const {
  std::optional<Steady::time_point> next;
  for (const auto& at : {m_stop_at, m_kill_at, m_check_at, m_straggler_until})
    if (at && (!next || *at < *next))
      next = at;
  if (!next)
    return -1;
  const auto left = std::chrono::ceil<Millis>(*next - Steady::now());
  return static_cast<int>(std::clamp<long long>(left.count(), 0, 60'000));
}

void Runner::read_all(const Keep& keep) {
  take(m_child.output, [&](std::string_view bytes) {
    if (const auto why = keep(bytes))
      kill_because(*why);
  });
  take(m_child.errors, [&](std::string_view bytes) { m_errors.add(bytes); });
  take(m_child.report, [&](std::string_view bytes) {
    if (m_sandbox)
      m_sandbox->add(bytes);
  });
}

void Runner::take_wishes() {
  signalfd_siginfo info{};
  while (::read(m_signals.get(), &info, sizeof info) == sizeof info) {
    if (info.ssi_signo == SIGINT)
      kill_because(How::stopped);
    else if (info.ssi_signo != SIGCHLD)
      stop_because(How::stopped);
  }
}

/// Reaps adopted orphans as they end. The program itself stays a zombie until the sweep: as long as it
/// does, its number, which is also that of its group, cannot pass to a stranger.
void Runner::look_for_the_end() {
  if (m_straggler_until)
    return;
  siginfo_t info{};
  while (::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid != 0) {
    if (info.si_pid == m_child.pid) {
      m_straggler_until = Steady::now() + m_rules.straggler_grace;
      m_check_at.reset();
      return;
    }
    ::waitpid(info.si_pid, nullptr, 0);
    info = {};
  }
}

void Runner::keep_time() {
  const auto now = Steady::now();
  if (m_stop_at && now >= *m_stop_at)
    stop_because(How::timed_out);
  if (m_kill_at && now >= *m_kill_at) {
    m_kill_at.reset();
    signal_all(SIGKILL);
  }
}

void Runner::look_around() {
  const auto now = Steady::now();
  if (!m_check_at || now < *m_check_at)
    return;
  if (const auto why = m_rules.check())
    kill_because(*why);
  const auto took = Steady::now() - now;
  m_check_at = Steady::now() + std::max<Steady::duration>(k_check_every, took * k_check_share);
}

void Runner::stop_because(How why) {
  m_stop_at.reset();
  const bool has_ended = !m_reaped && m_straggler_until;
  if (has_ended)
    m_late = why; // too late for this program, not for the next
  if (m_why || has_ended)
    return;
  m_why = why;
  m_kill_at = Steady::now() + m_rules.kill_grace;
  signal_all(SIGTERM);
}

void Runner::kill_because(How why) {
  if (!m_why)
    m_why = why;
  m_stop_at.reset();
  signal_all(SIGKILL);
}

void Runner::signal_all(int number) const {
  if (m_reaped)
    return; // the number may be somebody else's by now
  // The sandbox itself would die of TERM and take the program with it, before it could tidy up.
  if (const auto inside = m_sandbox ? m_sandbox->group() : std::nullopt)
    if (::kill(-*inside, number) == 0 && number != SIGKILL)
      return;
  ::kill(-m_child.pid, number);
  if (number == SIGKILL)
    ::kill(m_child.pid, number); // it may have left its group
}

/// Nothing the program started stays: first its group, then whoever left the group and, orphaned, became
/// a child of this process.
int Runner::sweep() {
  signal_all(SIGKILL);
  int status = 0;
  ::waitpid(m_child.pid, &status, 0);
  m_reaped = true;
  m_kill_at.reset();
  while (reap_and_ask_for_more()) {
    for (const pid_t pid : children())
      ::kill(pid, SIGKILL);
    std::this_thread::sleep_for(Millis(1));
  }
  return status;
}

Outcome Runner::outcome_of(int status) const {
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
  const int signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  if (m_why || signal != 0)
    return Outcome{.how = m_why.value_or(How::signalled), .code = code, .signal = signal};
  // As for a program that cannot be started: it is not the task's fault.
  if (m_sandbox && !m_sandbox->ran())
    return Outcome{.code = 126,
                   .message = "the sandbox could not be set up, or the program not started in it"};
  return Outcome{.code = code};
}

} // namespace agr::process
