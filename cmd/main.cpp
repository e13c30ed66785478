// SPDX-License-Identifier: MIT
#include "base/version.hpp"
#include "cmd/frame/cli.hpp"
#include "http/curl.hpp"

#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

namespace {

/// argv[0] may be a name found on PATH; children are started by the real file.
std::string own_path() {
  std::string path(4096, '\0');
  const ssize_t length = readlink("/proc/self/exe", path.data(), path.size());
  path.resize(length > 0 ? static_cast<std::size_t>(length) : 0);
  return path.empty() ? "agr" : path;
}

} // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (words.size() == 1 && words[0] == "--version")
    return std::printf("agr %.*s\n", static_cast<int>(agr::k_version.size()), agr::k_version.data()) < 0 ? 1
                                                                                                         : 0;

  std::signal(SIGPIPE, SIG_IGN);
  agr::cmd::Env env{
      agr::term::system_console(), agr::config::Environment::of_process(),          agr::system_clock(),
      agr::system_random(),        [] { return agr::http::make_curl_transport(); }, own_path()};
  return agr::cmd::run_cli(words, env);
}
