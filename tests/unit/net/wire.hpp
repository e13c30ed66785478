// SPDX-License-Identifier: MIT
#pragma once

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace agr::test {

/// The other side of a connection as a blocking socket: what is tested must not be what tests it.
class Wire {
public:
  explicit Wire(int port) : m_socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::connect(m_socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    // So that a hanging server fails a test instead of hanging it.
    const timeval patience{20, 0};
    REQUIRE(::setsockopt(m_socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) == 0);
  }
  Wire(Wire&& other) noexcept : m_socket(std::exchange(other.m_socket, -1)) {}
  Wire& operator=(Wire&&) = delete;
  ~Wire() { ::close(m_socket); }

  /// Writes everything; a peer that has stopped listening is no failure here.
  void send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(m_socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0)
        return;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  void end_sending() const { ::shutdown(m_socket, SHUT_WR); }

  /// Everything up to and including `mark`, or as far as it came.
  [[nodiscard]] std::string read_until(std::string_view mark) const {
    std::string text;
    char byte = 0;
    while (!text.ends_with(mark) && ::recv(m_socket, &byte, 1, 0) == 1)
      text += byte;
    return text;
  }
  [[nodiscard]] std::string read_to_end() const {
    std::string text;
    std::array<char, 65536> piece{};
    for (;;) {
      const ssize_t got = ::recv(m_socket, piece.data(), piece.size(), 0);
      if (got <= 0)
        return text;
      text.append(piece.data(), static_cast<std::size_t>(got));
    }
  }
  /// Whether something is there to be read, or it has ended.
  [[nodiscard]] bool is_readable() const {
    pollfd waited{.fd = m_socket, .events = POLLIN, .revents = 0};
    return ::poll(&waited, 1, 0) == 1;
  }
  /// Whether the other side has ended it, after everything it sent was read.
  [[nodiscard]] bool has_ended() const {
    char byte = 0;
    return ::recv(m_socket, &byte, 1, 0) == 0;
  }

private:
  int m_socket;
};

} // namespace agr::test
