// SPDX-License-Identifier: MIT
#include "config/key_command.hpp"

#include "base/text.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace agr::config {
namespace {

constexpr std::size_t k_longest_answer = 64 * 1024;

std::string read_all(int fd) {
  std::string out;
  std::array<char, 4096> buffer{};
  for (;;) {
    const ssize_t got = read(fd, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR)
      continue;
    if (got <= 0 || out.size() > k_longest_answer)
      return out;
    out.append(buffer.data(), static_cast<std::size_t>(got));
  }
}

} // namespace

Result<Secret> key_from_command(const std::vector<std::string>& command) {
  std::vector<char*> words;
  for (const std::string& word : command)
    words.push_back(const_cast<char*>(word.c_str())); // posix_spawn does not write to them
  words.push_back(nullptr);

  std::array<int, 2> pipe_ends{};
  if (pipe2(pipe_ends.data(), O_CLOEXEC) != 0)
    return fail({Kind::internal, fmt::format("making a pipe failed: {}", std::strerror(errno))});
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, pipe_ends[1], STDOUT_FILENO);
  pid_t child = 0;
  const int error = posix_spawnp(&child, words[0], &actions, nullptr, words.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(pipe_ends[1]);
  const std::string answer = error == 0 ? read_all(pipe_ends[0]) : std::string();
  close(pipe_ends[0]);
  if (error != 0)
    return fail({Kind::config,
                 fmt::format("starting the key command {} failed: {}", command[0], std::strerror(error))});
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
    return fail(
        {Kind::config, fmt::format("the key command {} failed", command[0]), "run it by hand to see why"});
  const std::string key(trim(answer.substr(0, answer.find('\n'))));
  if (key.empty())
    return fail({Kind::config, fmt::format("the key command {} printed no key", command[0])});
  return Secret(key);
}

} // namespace agr::config
