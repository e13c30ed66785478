// SPDX-License-Identifier: MIT
#include "process/notify.hpp"

#include "process/fd.hpp"

#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstring>

namespace agr::process {
namespace {

long long number_of(std::string_view text) {
  long long number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

} // namespace

ServiceManager::ServiceManager(std::string_view socket, std::string_view watchdog_usec,
                               std::string_view watchdog_pid)
    : m_socket(socket) {
  const auto microseconds = number_of(watchdog_usec);
  const bool is_ours = watchdog_pid.empty() || number_of(watchdog_pid) == ::getpid();
  if (microseconds > 0 && is_ours)
    m_heartbeat = std::max(Millis(microseconds / 2'000), Millis(1));
}

void ServiceManager::tell(std::string_view state) const {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (m_socket.empty() || m_socket.size() >= sizeof address.sun_path)
    return;
  std::memcpy(address.sun_path, m_socket.data(), m_socket.size());
  if (m_socket.front() == '@')
    address.sun_path[0] = '\0'; // a name without a file
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + m_socket.size());
  const Fd fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (fd.is_open()) [[maybe_unused]]
    const auto sent = ::sendto(fd.get(), state.data(), state.size(), MSG_NOSIGNAL,
                               reinterpret_cast<const sockaddr*>(&address), length);
}

} // namespace agr::process
