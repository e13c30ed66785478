// SPDX-License-Identifier: MIT
#include "net/server.hpp"

#include "net/context.hpp"
#include "net/wire.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <fcntl.h>
#include <fmt/format.h>

#include <array>
#include <deque>
#include <string_view>
#include <unordered_set>
#include <utility>

namespace agr::net {
namespace {

namespace http = boost::beast::http;
using tcp = asio::ip::tcp;

constexpr Millis k_linger{2'000};     // for the peer to read our last words before the socket goes
constexpr Millis k_accept_pause{100}; // after running out of descriptors
constexpr std::string_view k_continue = "HTTP/1.1 100 Continue\r\n\r\n";

// Asio leaves this to us: a child that inherits a socket keeps the port and its peers' connections.
void keep_from_children(int descriptor) {
  ::fcntl(descriptor, F_SETFD, FD_CLOEXEC);
}

bool is_http_error(const ErrorCode& error) {
  static const auto& category = http::make_error_code(http::error::bad_method).category();
  return error.category() == category;
}

struct Refusal {
  int status;
  std::string_view reason;
};

// What to tell a peer whose request could not be read; 0 when nobody is there to be told.
Refusal refusal_of(const ErrorCode& error) {
  if (error == http::error::header_limit)
    return {431, "the request's headers are too large"};
  if (error == http::error::body_limit)
    return {413, "the request's body is too large"};
  if (error == http::error::end_of_stream || error == http::error::partial_message || !is_http_error(error))
    return {0, {}};
  return {400, "this is not a valid HTTP request"};
}

} // namespace

struct Server::Impl : std::enable_shared_from_this<Server::Impl> {
  Impl(Loop& on, Handler to, const ServerLimits& within, std::optional<Certificate> proof)
      : loop(on), handler(std::move(to)), limits(within), certificate(std::move(proof)),
        acceptor(on.impl().context), pause(on.impl().context) {}

  Loop& loop;
  Handler handler;
  ServerLimits limits;
  std::optional<Certificate> certificate;
  tcp::acceptor acceptor;
  asio::steady_timer pause;
  std::unordered_set<Connection*> connections = {};
  bool is_full = false;

  Result<void> open(const std::string& address, int port);
  void accept();
  void accept_later();
  void forget(Connection* connection);
  void close();
};

/// One socket and what is going on on it: a request being read, a handler's answer being awaited or
/// written, a stream, or the last bytes before the end. Lives as long as something waits for it.
class Connection : public std::enable_shared_from_this<Connection> {
public:
  Connection(tcp::socket socket, std::shared_ptr<Server::Impl> home)
      : m_home(std::move(home)), m_wire(std::move(socket), m_home->certificate),
        m_timer(m_home->loop.impl().context) {
    m_home->connections.insert(this);
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() { m_home->forget(this); }

  void start();

  void reply(int status, Headers headers, const std::string& body);
  void open_stream(int status, Headers headers);
  void raw(std::string bytes);
  void reset();

  void send(std::string bytes);
  void close();
  void cut();
  void on_closed(Loop::Callback fn) { m_on_closed = std::move(fn); }
  [[nodiscard]] bool is_open() { return m_after != After::end && socket().is_open(); }

private:
  using Parser = http::request_parser<http::string_body>;
  using Step = void (Connection::*)(ErrorCode);

  enum class After { next_request, more, end }; // when everything queued is written

  void read_request();
  void on_header(ErrorCode error);
  void read_body(ErrorCode error);
  void on_body(ErrorCode error);
  void refuse(ErrorCode error);
  void serve();

  void queue(std::string bytes, After after);
  void write();
  void on_written(ErrorCode error);
  void say_goodbye();
  void linger();
  void watch_peer();
  void on_peer_gone();
  void end_within(Millis limit);
  void end_whenever();

  [[nodiscard]] tcp::socket& socket() { return m_wire.socket(); }
  [[nodiscard]] auto then(Step step) {
    return [self = shared_from_this(), step](ErrorCode error, std::size_t) { (self.get()->*step)(error); };
  }

  std::shared_ptr<Server::Impl> m_home;
  Wire m_wire;
  asio::steady_timer m_timer;
  boost::beast::flat_buffer m_input;
  std::optional<Parser> m_parser = {};
  bool m_is_head = false;
  bool m_keep_alive = false;

  std::deque<std::string> m_output = {};
  std::size_t m_output_bytes = 0;
  bool m_writing = false;
  bool m_watching_peer = false;
  After m_after = After::next_request;
  Loop::Callback m_on_closed = {};
  std::array<char, 1024> m_ignored = {};
};

// Reading a request

void Connection::start() {
  if (!m_wire.is_encrypted())
    return read_request();
  end_within(m_home->limits.idle);
  m_wire.async_handshake([self = shared_from_this()](ErrorCode error) {
    if (error)
      self->cut();
    else if (self->socket().is_open())
      self->read_request();
  });
}

void Connection::read_request() {
  m_parser.emplace();
  m_parser->header_limit(static_cast<std::uint32_t>(m_home->limits.header_bytes));
  m_parser->body_limit(m_home->limits.body_bytes);
  end_within(m_home->limits.idle);
  http::async_read_header(m_wire, m_input, *m_parser, then(&Connection::on_header));
}

void Connection::on_header(ErrorCode error) {
  if (error)
    return refuse(error);
  const bool waits = boost::beast::iequals(m_parser->get()[http::field::expect], "100-continue");
  if (waits && !m_parser->is_done())
    asio::async_write(m_wire, asio::buffer(k_continue), then(&Connection::read_body));
  else
    read_body({});
}

void Connection::read_body(ErrorCode error) {
  if (!error && socket().is_open())
    http::async_read(m_wire, m_input, *m_parser, then(&Connection::on_body));
}

void Connection::on_body(ErrorCode error) {
  if (error)
    return refuse(error);
  end_whenever();
  if (socket().is_open())
    serve();
}

void Connection::refuse(ErrorCode error) {
  const Refusal refusal = refusal_of(error);
  if (refusal.status == 0 || !socket().is_open())
    return cut();
  m_keep_alive = false;
  reply(refusal.status, {{"Content-Type", "application/json"}},
        fmt::format(R"({{"error":"{}"}})", refusal.reason));
}

void Connection::serve() {
  auto message = m_parser->release();
  m_is_head = message.method() == http::verb::head;
  m_keep_alive = m_home->limits.keep_alive && message.version() >= 11 && message.keep_alive();
  ServerRequest request{std::string(message.method_string()), std::string(message.target()), {}, {}};
  for (const auto& field : message)
    request.headers.push_back({std::string(field.name_string()), std::string(field.value())});
  request.body = std::move(message.body());
  m_home->loop.impl().call([&] { m_home->handler(std::move(request), Responder(shared_from_this())); });
}

// Answering it

void Connection::reply(int status, Headers headers, const std::string& body) {
  std::string bytes = to_bytes({status, std::move(headers), Framing::length, body.size(), m_keep_alive});
  if (!m_is_head)
    bytes += body;
  queue(std::move(bytes), m_keep_alive ? After::next_request : After::end);
}

void Connection::open_stream(int status, Headers headers) {
  queue(to_bytes({status, std::move(headers), Framing::until_end, 0, false}),
        m_is_head ? After::end : After::more);
  watch_peer();
}

void Connection::raw(std::string bytes) {
  if (bytes.empty())
    return cut();
  queue(std::move(bytes), After::end);
}

// Closing a socket that does not linger sends RST instead of FIN.
void Connection::reset() {
  ErrorCode ignored;
  socket().set_option(asio::socket_base::linger(true, 0), ignored);
  cut();
}

void Connection::send(std::string bytes) {
  if (!is_open() || bytes.empty())
    return;
  if (m_output_bytes + bytes.size() > m_home->limits.backlog_bytes)
    return on_peer_gone();
  queue(std::move(bytes), After::more);
}

void Connection::close() {
  if (!is_open())
    return;
  m_on_closed = {};
  m_after = After::end;
  if (!m_writing)
    say_goodbye();
}

void Connection::cut() {
  m_on_closed = {};
  end_whenever();
  ErrorCode ignored;
  socket().close(ignored);
}

// Writing

void Connection::queue(std::string bytes, After after) {
  if (!socket().is_open())
    return;
  m_after = after;
  m_output_bytes += bytes.size();
  m_output.push_back(std::move(bytes));
  if (!m_writing)
    write();
}

void Connection::write() {
  m_writing = true;
  asio::async_write(m_wire, asio::buffer(m_output.front()), then(&Connection::on_written));
}

void Connection::on_written(ErrorCode error) {
  m_writing = false;
  m_output_bytes -= m_output.front().size();
  m_output.pop_front();
  if (error || !socket().is_open())
    return on_peer_gone();
  if (!m_output.empty())
    return write();
  if (m_after == After::next_request)
    read_request();
  else if (m_after == After::end)
    say_goodbye();
}

// Closing while the peer still sends would destroy what it has not read yet.
void Connection::say_goodbye() {
  end_within(k_linger);
  if (!m_wire.is_encrypted())
    return linger();
  m_wire.async_shutdown([self = shared_from_this()](ErrorCode) { self->linger(); });
}

void Connection::linger() {
  if (!socket().is_open())
    return;
  ErrorCode ignored;
  socket().shutdown(tcp::socket::shutdown_send, ignored);
  watch_peer();
}

// Below TLS: what it sends is of no interest any more, only that it goes away.
void Connection::watch_peer() {
  if (m_watching_peer)
    return;
  m_watching_peer = true;
  socket().async_read_some(asio::buffer(m_ignored),
                           [self = shared_from_this()](ErrorCode error, std::size_t) {
                             self->m_watching_peer = false;
                             if (error)
                               self->on_peer_gone();
                             else
                               self->watch_peer();
                           });
}

void Connection::on_peer_gone() {
  if (m_on_closed)
    m_home->loop.post(std::exchange(m_on_closed, {}));
  cut();
}

void Connection::end_within(Millis limit) {
  m_timer.expires_after(limit);
  m_timer.async_wait([weak = weak_from_this()](ErrorCode) {
    // Asking the time, not the error: a timer put off after it ran out reports no error.
    const auto self = weak.lock();
    if (self && self->m_timer.expiry() <= asio::steady_timer::clock_type::now())
      self->cut();
  });
}

void Connection::end_whenever() {
  m_timer.expires_at(asio::steady_timer::time_point::max());
}

// Stream and Responder: what a handler sees of a connection

void Stream::send(std::string bytes) {
  if (m_connection)
    m_connection->send(std::move(bytes));
}

void Stream::close() {
  if (m_connection)
    m_connection->close();
}

void Stream::cut() {
  if (m_connection)
    m_connection->cut();
}

void Stream::on_closed(Loop::Callback fn) {
  if (m_connection)
    m_connection->on_closed(std::move(fn));
}

bool Stream::is_open() const {
  return m_connection && m_connection->is_open();
}

Responder::~Responder() {
  if (m_connection)
    reply(500, {{"Content-Type", "application/json"}},
          R"({"error":"the server failed to answer this request"})");
}

void Responder::reply(int status, Headers headers, const std::string& body) {
  if (const auto connection = std::exchange(m_connection, nullptr))
    connection->reply(status, std::move(headers), body);
}

Stream Responder::open_stream(int status, Headers headers) {
  const auto connection = std::exchange(m_connection, nullptr);
  if (!connection)
    return {};
  connection->open_stream(status, std::move(headers));
  return Stream(connection);
}

void Responder::raw(std::string bytes) {
  if (const auto connection = std::exchange(m_connection, nullptr))
    connection->raw(std::move(bytes));
}

void Responder::reset() {
  if (const auto connection = std::exchange(m_connection, nullptr))
    connection->reset();
}

// The door

Result<void> Server::Impl::open(const std::string& address, int port) {
  ErrorCode error;
  const auto ip = asio::ip::make_address(address, error);
  const tcp::endpoint endpoint(ip, static_cast<asio::ip::port_type>(port));
  const auto attempt = [&](auto&& action) {
    if (!error)
      action();
  };
  attempt([&] { acceptor.open(endpoint.protocol(), error); });
  attempt([&] { keep_from_children(acceptor.native_handle()); });
  attempt([&] { acceptor.set_option(tcp::acceptor::reuse_address(true), error); });
  attempt([&] { acceptor.bind(endpoint, error); });
  attempt([&] { acceptor.listen(asio::socket_base::max_listen_connections, error); });
  if (error)
    return fail({Kind::unavailable,
                 fmt::format("cannot listen on {} port {}: {}", address, port, error.message()),
                 "name a free port of this machine, or 0 for any"});
  return {};
}

void Server::Impl::accept() {
  is_full = connections.size() >= limits.connections;
  if (is_full)
    return;
  acceptor.async_accept([self = shared_from_this()](ErrorCode error, tcp::socket socket) {
    if (!self->acceptor.is_open())
      return;
    if (error)
      return self->accept_later();
    keep_from_children(socket.native_handle());
    // An event must not wait for the peer to acknowledge the one before.
    socket.set_option(tcp::no_delay(true), error);
    std::make_shared<Connection>(std::move(socket), self)->start();
    self->accept();
  });
}

void Server::Impl::accept_later() {
  pause.expires_after(k_accept_pause);
  pause.async_wait([self = shared_from_this()](ErrorCode) {
    if (self->acceptor.is_open())
      self->accept();
  });
}

void Server::Impl::forget(Connection* connection) {
  connections.erase(connection);
  if (is_full && acceptor.is_open())
    accept();
}

void Server::Impl::close() {
  ErrorCode ignored;
  acceptor.close(ignored);
  pause.cancel();
  for (Connection* connection : connections)
    connection->cut();
}

Server::Server(std::shared_ptr<Impl> impl) : m_impl(std::move(impl)) {}
Server::Server(Server&&) noexcept = default;

Server::~Server() {
  if (m_impl)
    m_impl->close();
}

Result<Server> Server::listen(Loop& loop, const std::string& address, int port, Handler handler,
                              const ServerLimits& limits, std::optional<Certificate> certificate) {
  auto impl = std::make_shared<Impl>(loop, std::move(handler), limits, std::move(certificate));
  AGR_TRY(impl->open(address, port));
  impl->accept();
  return Server(std::move(impl));
}

void Server::use(Certificate certificate) {
  m_impl->certificate = std::move(certificate);
}

int Server::port() const {
  ErrorCode ignored;
  return m_impl->acceptor.local_endpoint(ignored).port();
}

std::string Server::url() const {
  ErrorCode ignored;
  const auto address = m_impl->acceptor.local_endpoint(ignored).address();
  const std::string host = address.is_v6() ? fmt::format("[{}]", address.to_string()) : address.to_string();
  return fmt::format("{}://{}:{}", m_impl->certificate ? "https" : "http", host, port());
}

} // namespace agr::net
