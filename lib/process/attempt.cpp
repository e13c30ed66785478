// SPDX-License-Identifier: MIT
#include "process/attempt.hpp"

#include "process/files.hpp"
#include "process/handover.hpp"
#include "process/words.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>

namespace agr::process {
namespace {

/// Owns the attributes posix_spawn takes.
struct SpawnPlan {
  posix_spawnattr_t attributes{};
  posix_spawn_file_actions_t files{};

  explicit SpawnPlan(const Fd& secret) {
    ::posix_spawnattr_init(&attributes);
    ::posix_spawn_file_actions_init(&files);
    sigset_t set;
    ::sigfillset(&set);
    ::posix_spawnattr_setsigdefault(&attributes, &set);
    ::sigemptyset(&set);
    ::posix_spawnattr_setsigmask(&attributes, &set);
    ::posix_spawnattr_setflags(&attributes,
                               POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    for (const int number : {0, 1, 2})
      ::posix_spawn_file_actions_addopen(&files, number, "/dev/null", O_RDWR, 0);
    if (secret.is_open())
      ::posix_spawn_file_actions_adddup2(&files, secret.get(), k_secret_descriptor);
    ::posix_spawn_file_actions_addclosefrom_np(&files, k_secret_descriptor + (secret.is_open() ? 1 : 0));
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;
  ~SpawnPlan() {
    ::posix_spawn_file_actions_destroy(&files);
    ::posix_spawnattr_destroy(&attributes);
  }
};

/// The handler dies with its supervisor, but not what the handler started. Whoever was born with a path
/// into this spool in its environment belongs to it.
void kill_leftovers(const Spool& spool) {
  const auto mark = "=" + spool.path("");
  std::error_code code;
  for (const auto& folder : std::filesystem::directory_iterator("/proc", code)) {
    const pid_t pid = std::atoi(folder.path().filename().c_str());
    const auto environment = pid > 0 ? read_file(folder.path() / "environ").value_or("") : "";
    if (environment.find(mark) != std::string::npos && pid != ::getpid())
      ::kill(pid, SIGKILL);
  }
}

} // namespace

Result<Running> start(const Spool& spool, const std::vector<std::string>& supervisor, const Secret& secret) {
  std::vector<std::string> words = supervisor;
  words.push_back(spool.folder());
  const auto argv = pointers_to(words);
  char* nothing[] = {nullptr};

  Fd handed;
  if (!secret.empty()) {
    AGR_TRY_ASSIGN(handed, hand_over(secret));
  }
  const SpawnPlan plan(handed);
  pid_t pid = 0;
  const int reason = ::posix_spawn(&pid, argv[0], &plan.files, &plan.attributes, argv.data(), nothing);
  if (reason != 0)
    return fail(
        Error{.kind = Kind::internal,
              .message = fmt::format("cannot start a supervisor ({}): {}", words[0], std::strerror(reason))});
  // Our own child, not yet reaped: the number cannot mean anybody else.
  Fd exit(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (!exit.is_open())
    return fail(system_error("watch", fmt::format("process {}", pid)));
  return Running{.supervisor = identify(pid).value_or(Identity{.pid = pid}), .exit = std::move(exit)};
}

namespace {

/// The supervisor was lost; how far had it come?
Result<Found> after_loss(const Spool& spool) {
  AGR_TRY_ASSIGN(const auto ended, spool.ended());
  if (ended)
    return Unfinished{};
  AGR_TRY_ASSIGN(const auto command, spool.command());
  const bool ran = command.before.empty() || spool.has_begun();
  return Ending{.how = ran ? How::lost : How::never_started};
}

} // namespace

Result<Found> find(const Spool& spool) {
  // Its worker died before it made the folder, and without a folder nothing can be started.
  if (::access(spool.folder().c_str(), F_OK) != 0 && errno == ENOENT)
    return Ending{.how = How::never_started};
  AGR_TRY_ASSIGN(auto claim, spool.claimed());
  if (!claim) {
    AGR_TRY_ASSIGN(const bool voided, spool.claim(Claim{}));
    if (voided)
      return Ending{.how = How::never_started};
    AGR_TRY_ASSIGN(claim, spool.claimed());
  }
  if (!claim || !claim->supervisor)
    return Ending{.how = How::never_started};
  // Watched before the ending is looked for: a supervisor writes it, then ends.
  auto exit = watch(*claim->supervisor);
  AGR_TRY_ASSIGN(auto ending, spool.ending());
  if (!ending && exit)
    return Running{.supervisor = *claim->supervisor, .exit = std::move(*exit)};
  if (ending)
    return std::move(*ending);
  kill_leftovers(spool);
  return after_loss(spool);
}

void stop(const Running& running, Stop how) {
  ::syscall(SYS_pidfd_send_signal, running.exit.get(), how == Stop::gently ? SIGTERM : SIGINT, nullptr, 0);
}

void reap(const Running& running) {
  ::waitpid(running.supervisor.pid, nullptr, WNOHANG);
}

} // namespace agr::process
