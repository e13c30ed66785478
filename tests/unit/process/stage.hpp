// SPDX-License-Identifier: MIT
#pragma once

#include "process/files.hpp"
#include "process/spool.hpp"
#include "process/supervise.hpp"

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <string>

/// A supervisor's stage: a spool, a shell to run in it, and what is seen of it from outside.
namespace agr::process {

/// A spool in a folder of its own, gone afterwards.
struct Stage {
  std::string folder = [] {
    std::string pattern = (std::filesystem::temp_directory_path() / "agr-spool-XXXXXX").string();
    return std::string(::mkdtemp(pattern.data()));
  }();
  Spool spool{folder};

  Stage() = default;
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;
  ~Stage() { (void)remove_folder(folder); }

  Command shell(const std::string& script) const {
    return Command{.argv = {"/bin/sh", "-c", script},
                   .environment = {"PATH=/usr/bin:/bin", "MARK=" + folder + "/here"},
                   .folder = folder,
                   .straggler_grace = Millis(100),
                   .kill_grace = Millis(100),
                   .max_output = 1000};
  }
  std::string text(const std::string& file) const { return read_file(spool.path(file)).value_or("(none)"); }
};

/// A supervisor takes over its process, so it gets one.
inline pid_t fork_supervisor(const Spool& spool) {
  const pid_t pid = ::fork();
  if (pid == 0)
    ::_exit(supervise(spool.folder()));
  return pid;
}

inline int exit_code_of(pid_t pid) {
  int status = 0;
  ::waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

inline Ending run(const Stage& stage, const Command& command, std::string_view input = "") {
  REQUIRE(stage.spool.fill(command, input));
  CHECK(exit_code_of(fork_supervisor(stage.spool)) == 0);
  const auto ending = stage.spool.ending();
  REQUIRE(ending);
  REQUIRE(*ending);
  return **ending;
}

/// Processes, anywhere in the system, that were started with this stage's mark in their environment.
inline int left_behind(const Stage& stage) {
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const auto environment = read_file((entry.path() / "environ").string()).value_or("");
    count += environment.find("MARK=" + stage.folder) != std::string::npos ? 1 : 0;
  }
  return count;
}

/// Waits for what another process is about to write.
inline void wait_for_file(const std::string& path) {
  while (::access(path.c_str(), F_OK) != 0)
    ::usleep(2'000);
}

} // namespace agr::process
