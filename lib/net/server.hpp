// SPDX-License-Identifier: MIT
#pragma once

#include "base/result.hpp"
#include "net/certificate.hpp"
#include "net/loop.hpp"
#include "net/message.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace agr::net {

class Connection;

/// One request as it came, whole.
struct ServerRequest {
  std::string method; ///< as written: "GET"
  std::string target; ///< path and query, as written
  Headers headers;
  std::string body;

  [[nodiscard]] std::string_view header(std::string_view name) const { return find_header(headers, name); }
};

/// An answer that goes on: bytes are sent as they are given, and the connection's end is its end. Copies
/// name the same stream. Sending after the end does nothing.
class Stream {
public:
  Stream() = default; ///< one that has ended

  /// One write to the socket, in the order of the calls. A reader who lets more pile up than the limit is
  /// cut off.
  void send(std::string bytes);
  /// Ends it after everything sent is written.
  void close();
  /// Ends it now; what was not written is lost.
  void cut();
  /// Runs `fn` on the loop when the peer goes away or was cut off for not reading; not after close or cut.
  void on_closed(Loop::Callback fn);
  [[nodiscard]] bool is_open() const;

private:
  friend class Responder;
  explicit Stream(std::shared_ptr<Connection> connection) : m_connection(std::move(connection)) {}
  std::shared_ptr<Connection> m_connection;
};

/// The way to answer one request, now or later, once. When the last one dies unused the answer is 500.
class Responder {
public:
  explicit Responder(std::shared_ptr<Connection> connection) : m_connection(std::move(connection)) {}
  Responder(Responder&&) noexcept = default;
  Responder& operator=(Responder&&) = delete;
  ~Responder();

  /// The whole answer. To a HEAD the same head and no body.
  void reply(int status, Headers headers, const std::string& body);
  /// The start of an answer that ends with the connection: no Content-Length, no chunks.
  Stream open_stream(int status, Headers headers);
  /// Writes these bytes instead of an HTTP answer, then closes. For a server that misbehaves on purpose;
  /// no bytes: just closes.
  void raw(std::string bytes);
  /// No answer: the connection is reset, which tells the peer that something went wrong.
  void reset();

private:
  std::shared_ptr<Connection> m_connection; // null once answered
};

struct ServerLimits {
  std::size_t header_bytes = std::size_t{16} << 10; ///< beyond: 431
  std::size_t body_bytes = std::size_t{16} << 20;   ///< beyond: 413
  std::size_t backlog_bytes = std::size_t{8} << 20; ///< unread bytes of one stream; beyond: cut
  Millis idle{300'000};                             ///< for a request to come, whole
  std::size_t connections = std::size_t{1} << 20;   ///< at a time; others wait at the door
  bool keep_alive = true;                           ///< more than one request on a connection
};

/// An HTTP/1.1 server on a loop. The handler runs on the loop; an exception in it answers 500. What is no
/// HTTP is answered with 400. Errors of its own have the body {"error": "…"}. With a certificate it speaks
/// TLS, 1.2 or newer.
class Server {
public:
  using Handler = std::function<void(ServerRequest request, Responder responder)>;

  /// `address` is a literal IP address; port 0 means any free one. Errors: Kind::unavailable.
  static Result<Server> listen(Loop& loop, const std::string& address, int port, Handler handler,
                               const ServerLimits& limits = {}, std::optional<Certificate> certificate = {});
  Server(Server&&) noexcept;
  Server& operator=(Server&&) = delete;
  /// Closes the door and all connections.
  ~Server();

  /// Another certificate for the connections to come, of a server that has one.
  void use(Certificate certificate);

  [[nodiscard]] int port() const;
  /// http://address:port, or https
  [[nodiscard]] std::string url() const;

private:
  friend class Connection;
  struct Impl;
  explicit Server(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> m_impl;
};

} // namespace agr::net
