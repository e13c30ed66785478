// SPDX-License-Identifier: MIT
#pragma once

// For the .cpp files of this room.

#include "net/certificate.hpp"
#include "net/context.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>

#include <optional>
#include <utility>
#include <variant>

namespace agr::net {

struct Certificate::Impl {
  asio::ssl::context context{asio::ssl::context::tls_server};
};

/// An accepted connection, with TLS on it when there is a certificate: what Asio and Beast read from and
/// write to.
class Wire {
public:
  using Socket = asio::ip::tcp::socket;
  using Encrypted = asio::ssl::stream<Socket>;
  using executor_type = Socket::executor_type;

  Wire(Socket socket, const std::optional<Certificate>& certificate)
      : m_stream(certificate
                     ? Stream(std::in_place_type<Encrypted>, std::move(socket), certificate->impl()->context)
                     : Stream(std::in_place_type<Socket>, std::move(socket))) {}

  [[nodiscard]] executor_type get_executor() { return socket().get_executor(); }
  /// Below TLS.
  [[nodiscard]] Socket& socket() {
    auto* encrypted = std::get_if<Encrypted>(&m_stream);
    return encrypted != nullptr ? encrypted->next_layer() : std::get<Socket>(m_stream);
  }
  [[nodiscard]] bool is_encrypted() const { return std::holds_alternative<Encrypted>(m_stream); }

  template <class Buffers, class Handler>
  void async_read_some(const Buffers& buffers, Handler&& handler) {
    std::visit([&](auto& stream) { stream.async_read_some(buffers, std::forward<Handler>(handler)); },
               m_stream);
  }
  template <class Buffers, class Handler>
  void async_write_some(const Buffers& buffers, Handler&& handler) {
    std::visit([&](auto& stream) { stream.async_write_some(buffers, std::forward<Handler>(handler)); },
               m_stream);
  }
  /// Only when it is encrypted: before the first byte, and after the last.
  template <class Handler>
  void async_handshake(Handler&& handler) {
    std::get<Encrypted>(m_stream).async_handshake(asio::ssl::stream_base::server,
                                                  std::forward<Handler>(handler));
  }
  template <class Handler>
  void async_shutdown(Handler&& handler) {
    std::get<Encrypted>(m_stream).async_shutdown(std::forward<Handler>(handler));
  }

private:
  using Stream = std::variant<Socket, Encrypted>;
  Stream m_stream;
};

} // namespace agr::net
