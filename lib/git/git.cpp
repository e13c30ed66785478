// SPDX-License-Identifier: MIT
#include "git/git.hpp"

#include "base/text.hpp"
#include "git/trouble.hpp"
#include "process/fd.hpp"
#include "process/files.hpp"
#include "process/handover.hpp"
#include "process/tail.hpp"
#include "process/words.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace agr::git {
namespace {

using process::Fd;
using process::pointers_to;

constexpr std::size_t k_most_output = std::size_t{64} << 20;
constexpr std::size_t k_most_errors = std::size_t{16} << 10;
/// git asks once a command; should it ask again, it is not left without an answer.
constexpr int k_answers = 4;

/// AGR_WORKDIR tells whoever cleans up after a lost supervisor to which attempt git belongs.
constexpr std::array<std::string_view, 13> k_kept{
    "AGR_WORKDIR", "PATH",     "TMPDIR",   "http_proxy",    "https_proxy",  "HTTPS_PROXY",   "all_proxy",
    "ALL_PROXY",   "no_proxy", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR", "GIT_SSL_CAINFO"};

using Setting = std::pair<std::string_view, std::string_view>;

/// The helper's path comes by a variable, so that no character of it means anything to a shell.
constexpr std::array k_settings{
    Setting{"credential.helper", ""}, // forgets all others
    Setting{"credential.helper", "!\"$AGR_GIT_HELPER\" __git-credential"},
    Setting{"credential.useHttpPath", "false"},
    Setting{"core.askPass", ""},
    Setting{"core.hooksPath", "/dev/null"},
    Setting{"core.fsmonitor", "false"},
    Setting{"core.attributesFile", "/dev/null"},
    Setting{"core.excludesFile", "/dev/null"},
    Setting{"core.fsync", "committed"},
    Setting{"http.followRedirects", "false"},
    Setting{"http.lowSpeedLimit", "100"},
    Setting{"http.lowSpeedTime", "60"},
    Setting{"protocol.allow", "never"},
    Setting{"protocol.http.allow", "always"},
    Setting{"protocol.https.allow", "always"},
    Setting{"submodule.recurse", "false"},
    Setting{"fetch.recurseSubmodules", "false"},
    Setting{"push.recurseSubmodules", "no"},
    Setting{"push.gpgSign", "false"},
    Setting{"gc.auto", "0"},
    Setting{"maintenance.auto", "false"},
    Setting{"advice.detachedHead", "false"},
    Setting{"advice.addEmbeddedRepo", "false"},
    Setting{"safe.directory", "*"},
};

struct Pipe {
  Fd read;
  Fd write;
};

Result<Pipe> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0)
    return fail(process::system_error("make", "a pipe"));
  return Pipe{.read = Fd(ends[0]), .write = Fd(ends[1])};
}

struct Streams {
  std::string input; ///< a file
  int output;
  int errors;
  int secret; ///< -1: none
};

/// In this process's group: who stops this one stops git with it.
Result<pid_t> spawn(const std::vector<std::string>& words, const std::vector<std::string>& environment,
                    const std::string& folder, const Streams& streams) {
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, 0, streams.input.c_str(), O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&actions, streams.output, 1);
  ::posix_spawn_file_actions_adddup2(&actions, streams.errors, 2);
  if (streams.secret >= 0)
    ::posix_spawn_file_actions_adddup2(&actions, streams.secret, process::k_secret_descriptor);
  ::posix_spawn_file_actions_addclosefrom_np(&actions,
                                             process::k_secret_descriptor + (streams.secret >= 0 ? 1 : 0));
  ::posix_spawn_file_actions_addchdir_np(&actions, folder.c_str());
  pid_t child = 0;
  const int reason = ::posix_spawn(&child, words.front().c_str(), &actions, nullptr,
                                   pointers_to(words).data(), pointers_to(environment).data());
  ::posix_spawn_file_actions_destroy(&actions);
  if (reason != 0)
    return fail({Kind::config, fmt::format("cannot start {}: {}", words.front(), std::strerror(reason))});
  return child;
}

/// Reads both to their ends; false when there is too much output.
bool read_all(Fd output, Fd errors, std::string& text, process::Tail& tail) {
  std::array<pollfd, 2> watched{{{output.get(), POLLIN, 0}, {errors.get(), POLLIN, 0}}};
  std::array<char, 65536> piece{};
  while (watched[0].fd >= 0 || watched[1].fd >= 0) {
    if (::poll(watched.data(), watched.size(), -1) < 0)
      continue;
    for (auto& each : watched) {
      if (each.fd < 0 || each.revents == 0)
        continue;
      const auto got = ::read(each.fd, piece.data(), piece.size());
      if (got > 0 && &each == watched.data())
        text.append(piece.data(), static_cast<std::size_t>(got));
      else if (got > 0)
        tail.add({piece.data(), static_cast<std::size_t>(got)});
      else if (got == 0 || errno != EINTR)
        each.fd = -1;
    }
    if (text.size() > k_most_output)
      return false;
  }
  return true;
}

int code_of(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

std::string_view without_line_break(std::string_view text) {
  return text.ends_with('\n') ? text.substr(0, text.size() - 1) : text;
}

} // namespace

std::vector<std::string> environment_for(std::span<const std::string> inherited) {
  std::vector<std::string> kept;
  for (const auto& variable : inherited)
    if (std::ranges::find(k_kept, std::string_view(variable).substr(0, variable.find('='))) != k_kept.end())
      kept.push_back(variable);
  return kept;
}

Git::Git(Tools tools, std::vector<std::string> environment, std::optional<Credential> credential)
    : m_tools(std::move(tools)), m_environment(std::move(environment)), m_credential(std::move(credential)) {
  for (const std::string_view fixed :
       {"GIT_TERMINAL_PROMPT=0", "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null",
        "GIT_ATTR_NOSYSTEM=1", "GIT_ASKPASS=", "HOME=/nonexistent", "LC_ALL=C"})
    m_environment.emplace_back(fixed);
  m_environment.push_back("AGR_GIT_HELPER=" + m_tools.helper);
  m_environment.push_back(fmt::format("GIT_CONFIG_COUNT={}", k_settings.size()));
  for (std::size_t i = 0; i < k_settings.size(); ++i) {
    m_environment.push_back(fmt::format("GIT_CONFIG_KEY_{}={}", i, k_settings.at(i).first));
    m_environment.push_back(fmt::format("GIT_CONFIG_VALUE_{}={}", i, k_settings.at(i).second));
  }
}

Git Git::in(const std::string& repository, const std::string& tree) const {
  auto git = with("GIT_DIR", repository);
  git.m_folder = repository;
  if (!tree.empty()) {
    git = git.with("GIT_WORK_TREE", tree);
    git.m_folder = tree;
  }
  return git;
}

Git Git::with(std::string_view name, std::string_view value) const {
  auto git = *this;
  git.m_environment.push_back(fmt::format("{}={}", name, value));
  return git;
}

Result<Git::Ran> Git::run(const std::vector<std::string>& words, const std::string& input,
                          bool with_credential) const {
  std::vector<std::string> argv{m_tools.git};
  argv.insert(argv.end(), words.begin(), words.end());
  Fd secret;
  Redactor redactor;
  if (with_credential && m_credential) {
    AGR_TRY_ASSIGN(secret, process::hand_over(pack(*m_credential), k_answers));
    redactor.add(m_credential->token);
  }
  AGR_TRY_ASSIGN(auto output, make_pipe());
  AGR_TRY_ASSIGN(auto errors, make_pipe());
  AGR_TRY_ASSIGN(const pid_t child, spawn(argv, m_environment, m_folder,
                                          Streams{.input = input.empty() ? "/dev/null" : input,
                                                  .output = output.write.get(),
                                                  .errors = errors.write.get(),
                                                  .secret = secret.get()}));
  output.write.close();
  errors.write.close();
  Ran ran;
  process::Tail tail(k_most_errors);
  const bool complete = read_all(std::move(output.read), std::move(errors.read), ran.output, tail);
  ran.code = code_of(child);
  ran.errors = redactor.apply(to_utf8(tail.text()));
  if (with_credential) // a server may repeat what it was told
    ran.output = redactor.apply(ran.output);
  if (!complete)
    return fail({Kind::failed, fmt::format("git {} wrote too much", words.front())});
  return ran;
}

Result<std::string> Git::local(const std::vector<std::string>& words, std::string_view attempted,
                               const std::string& input) const {
  AGR_TRY_ASSIGN(const auto ran, run(words, input, false));
  if (ran.code != 0)
    return fail(trouble(attempted, ran.errors));
  return std::string(without_line_break(ran.output));
}

Result<Git::Ran> Git::remote(const std::vector<std::string>& words) const {
  return run(words, "", true);
}

} // namespace agr::git
