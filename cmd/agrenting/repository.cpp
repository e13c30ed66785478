// SPDX-License-Identifier: MIT
#include "cmd/agrenting/repository.hpp"

#include "base/text.hpp"
#include "config/key_command.hpp"

#include <fmt/format.h>

namespace agr::cmd {
namespace {

Error not_shareable(std::string_view remote) {
  return {Kind::usage,
          fmt::format("an agent cannot reach the repository at {}", printable(shorten(remote, 100))),
          "name its https address with --repo-url"};
}

/// "host/path" over https, without who logs in.
Result<std::string> over_https(std::string_view rest, std::string_view remote) {
  const std::size_t slash = rest.find('/');
  std::string_view authority = rest.substr(0, slash);
  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos)
    authority.remove_prefix(at + 1);
  if (authority.empty() || slash == std::string_view::npos || slash + 1 == rest.size())
    return fail(not_shareable(
        remote.substr(remote.rfind('@') == std::string_view::npos ? 0 : remote.rfind('@') + 1)));
  return fmt::format("https://{}{}", authority, rest.substr(slash));
}

} // namespace

Result<std::string> shareable_remote(std::string_view remote) {
  remote = trim(remote);
  for (const char c : remote)
    if (static_cast<unsigned char>(c) <= 0x20 || c == 0x7F)
      return fail(not_shareable(remote));
  for (const std::string_view scheme : {"https://", "ssh://", "git://", "http://"})
    if (lower(remote.substr(0, scheme.size())) == scheme) {
      std::string_view rest = remote.substr(scheme.size());
      std::string without_port(rest);
      const std::size_t slash = rest.find('/');
      const std::size_t colon = rest.substr(0, slash).rfind(':');
      const std::size_t at = rest.substr(0, slash).rfind('@');
      const bool has_port = colon != std::string_view::npos && (at == std::string_view::npos || colon > at);
      if (scheme != "https://" && has_port) // a port of another protocol says nothing about https
        without_port.erase(colon, slash == std::string_view::npos ? std::string::npos : slash - colon);
      return over_https(without_port, remote);
    }
  // user@host:path, as ssh writes it
  const std::size_t colon = remote.find(':');
  if (colon == std::string_view::npos || remote.find('/') < colon || remote.find("//") == colon + 1)
    return fail(not_shareable(remote));
  return over_https(fmt::format("{}/{}", remote.substr(0, colon), remote.substr(colon + 1)), remote);
}

Result<std::string> remote_of_this_folder() {
  const auto remote = config::key_from_command({"git", "config", "--get", "remote.origin.url"});
  if (!remote)
    return fail({Kind::usage, "this folder has no git remote \"origin\" to push to",
                 "go to the repository, or name it with --repo-url"});
  return shareable_remote(remote->reveal());
}

} // namespace agr::cmd
