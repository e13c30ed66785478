// SPDX-License-Identifier: MIT
#include "process/bell.hpp"

#include "process/files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/inotify.h>

#include <cstring>

namespace agr::process {

Result<Bell> Bell::listen(const std::string& folder) {
  AGR_TRY(make_private_folder(folder));
  Fd events(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
  if (!events.is_open() || ::inotify_add_watch(events.get(), folder.c_str(), IN_CLOSE_WRITE) < 0)
    return fail(system_error("watch", folder));
  return Bell(std::move(events));
}

Result<void> Bell::ring(const std::string& folder, const std::string& addressee) {
  AGR_TRY(make_private_folder(folder));
  const auto path = fmt::format("{}/{}", folder, addressee);
  const Fd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd.is_open())
    return fail(system_error("ring", path));
  return {};
}

std::vector<std::string> Bell::heard() {
  std::vector<std::string> names;
  char bytes[4096];
  ssize_t got = 0;
  while ((got = ::read(m_events.get(), bytes, sizeof bytes)) > 0)
    for (const char* at = bytes; at < bytes + got;) {
      inotify_event event{};
      std::memcpy(&event, at, sizeof event);
      if (event.len > 0)
        names.emplace_back(at + sizeof event);
      at += sizeof event + event.len;
    }
  return names;
}

} // namespace agr::process
