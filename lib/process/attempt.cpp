// SPDX-License-Identifier: MIT
#include "process/attempt.hpp"

#include "process/files.hpp"

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

  SpawnPlan() {
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
    ::posix_spawn_file_actions_addclosefrom_np(&files, 3);
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

Result<Running> start(const Spool& spool, const std::vector<std::string>& supervisor) {
  std::vector<std::string> words = supervisor;
  words.push_back(spool.folder());
  std::vector<char*> argv;
  for (auto& word : words)
    argv.push_back(word.data());
  argv.push_back(nullptr);
  char* nothing[] = {nullptr};

  const SpawnPlan plan;
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
  if (!ending)
    kill_leftovers(spool);
  return ending.value_or(Ending{.how = How::lost});
}

void stop(const Running& running, Stop how) {
  ::syscall(SYS_pidfd_send_signal, running.exit.get(), how == Stop::gently ? SIGTERM : SIGINT, nullptr, 0);
}

void reap(const Running& running) {
  ::waitpid(running.supervisor.pid, nullptr, WNOHANG);
}

} // namespace agr::process
