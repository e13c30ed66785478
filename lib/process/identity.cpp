// SPDX-License-Identifier: MIT
#include "process/identity.hpp"

#include "base/text.hpp"
#include "process/files.hpp"

#include <fmt/format.h>
#include <sys/syscall.h>

#include <charconv>
#include <filesystem>

namespace agr::process {
namespace {

struct Stat {
  char state = '?';
  pid_t parent = 0;
  std::uint64_t start = 0;
};

template <class Number>
Number number_of(std::string_view text) {
  Number number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

std::optional<Stat> read_stat(pid_t pid) {
  const auto text = read_file(fmt::format("/proc/{}/stat", pid));
  if (!text)
    return {};
  // The program's name, in parentheses, may itself hold spaces and parentheses.
  const auto end_of_name = text->rfind(") ");
  if (end_of_name == std::string::npos)
    return {};
  const auto fields = split(std::string_view(*text).substr(end_of_name + 2), ' '); // from field 3 on
  if (fields.size() < 20)
    return {};
  return Stat{.state = fields[0].empty() ? '?' : fields[0][0],
              .parent = number_of<pid_t>(fields[1]),
              .start = number_of<std::uint64_t>(fields[19])};
}

std::string boot_id() {
  return std::string(trim(read_file("/proc/sys/kernel/random/boot_id").value_or("")));
}

} // namespace

std::optional<Identity> identify(pid_t pid) {
  const auto stat = read_stat(pid);
  if (!stat || stat->state == 'Z' || stat->state == 'X')
    return {};
  return Identity{.pid = pid, .start = stat->start, .boot = boot_id()};
}

Identity own_identity() {
  return identify(::getpid()).value_or(Identity{.pid = ::getpid()});
}

std::optional<Fd> watch(const Identity& identity) {
  Fd fd(static_cast<int>(::syscall(SYS_pidfd_open, identity.pid, 0)));
  // Compared after opening: from here on the descriptor cannot come to mean another process.
  if (!fd.is_open() || identify(identity.pid) != identity)
    return {};
  return fd;
}

std::vector<pid_t> children() {
  std::vector<pid_t> found;
  std::error_code code;
  for (const auto& folder : std::filesystem::directory_iterator("/proc", code)) {
    const auto pid = number_of<pid_t>(folder.path().filename().native());
    if (const auto stat = pid > 0 ? read_stat(pid) : std::nullopt; stat && stat->parent == ::getpid())
      found.push_back(pid);
  }
  return found;
}

} // namespace agr::process
