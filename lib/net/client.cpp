// SPDX-License-Identifier: MIT
#include "net/client.hpp"

#include "base/url.hpp"
#include "base/version.hpp"
#include "net/context.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <fmt/format.h>

#include <utility>

namespace agr::net {
namespace {

namespace http = boost::beast::http;
using tcp = asio::ip::tcp;

/// One exchange. Lives as long as one of its operations is under way.
class Exchange : public std::enable_shared_from_this<Exchange> {
public:
  using Done = std::function<void(Result<IncomingAnswer>)>;

  Exchange(Loop& loop, const OutgoingRequest& request, Url url, Done done)
      : m_loop(loop), m_url(std::move(url)), m_done(std::move(done)), m_resolver(loop.impl().context),
        m_socket(loop.impl().context), m_deadline(loop.impl().context, request.budget) {
    prepare(request);
  }

  void start();

private:
  void prepare(const OutgoingRequest& request);
  void on_resolved(ErrorCode error, const tcp::resolver::results_type& addresses);
  void on_connected(ErrorCode error);
  void on_written(ErrorCode error);
  void on_read(ErrorCode error);
  void on_deadline();
  /// Whether it is over because of `error`.
  bool failed(std::string_view what, ErrorCode error);
  void finish(Result<IncomingAnswer> result);

  Loop& m_loop;
  Url m_url;
  Done m_done; // empty once called
  tcp::resolver m_resolver;
  tcp::socket m_socket;
  asio::steady_timer m_deadline;
  http::request<http::string_body> m_request;
  http::response_parser<http::string_body> m_parser;
  boost::beast::flat_buffer m_input;
};

void Exchange::prepare(const OutgoingRequest& request) {
  m_request.version(11);
  m_request.method_string(request.method);
  m_request.target(m_url.query.empty() ? m_url.path : m_url.path + "?" + m_url.query);
  m_request.set(http::field::host, m_url.origin().substr(m_url.scheme.size() + 3));
  m_request.set(http::field::user_agent, fmt::format("agr/{}", k_version));
  for (const Header& header : request.headers)
    m_request.set(header.name, header.value);
  m_request.keep_alive(false);
  m_request.body() = request.body;
  m_request.prepare_payload();
  m_parser.body_limit(request.answer_bytes);
  m_parser.skip(request.method == "HEAD");
}

void Exchange::start() {
  m_deadline.async_wait([self = shared_from_this()](ErrorCode error) {
    if (!error)
      self->on_deadline();
  });
  std::string host = m_url.host;
  if (host.starts_with('['))
    host = host.substr(1, host.size() - 2);
  m_resolver.async_resolve(host, std::to_string(m_url.port), tcp::resolver::numeric_service,
                           [self = shared_from_this()](ErrorCode error, const auto& addresses) {
                             self->on_resolved(error, addresses);
                           });
}

void Exchange::on_resolved(ErrorCode error, const tcp::resolver::results_type& addresses) {
  if (failed("find", error))
    return;
  asio::async_connect(
      m_socket, addresses,
      [self = shared_from_this()](ErrorCode result, const tcp::endpoint&) { self->on_connected(result); });
}

void Exchange::on_connected(ErrorCode error) {
  if (failed("connect to", error))
    return;
  http::async_write(m_socket, m_request,
                    [self = shared_from_this()](ErrorCode result, std::size_t) { self->on_written(result); });
}

void Exchange::on_written(ErrorCode error) {
  if (failed("write to", error))
    return;
  http::async_read(m_socket, m_input, m_parser,
                   [self = shared_from_this()](ErrorCode result, std::size_t) { self->on_read(result); });
}

void Exchange::on_read(ErrorCode error) {
  if (failed("read the answer of", error))
    return;
  auto message = m_parser.release();
  IncomingAnswer answer{static_cast<int>(message.result_int()), {}, std::move(message.body())};
  for (const auto& field : message)
    answer.headers.push_back({std::string(field.name_string()), std::string(field.value())});
  finish(std::move(answer));
}

void Exchange::on_deadline() {
  finish(fail({Kind::unavailable, fmt::format("{} did not answer in time", m_url.origin()), {}}));
}

bool Exchange::failed(std::string_view what, ErrorCode error) {
  if (!m_done)
    return true;
  if (!error)
    return false;
  const bool is_garbled = error.category() == http::make_error_code(http::error::bad_version).category() &&
                          error != http::error::end_of_stream && error != http::error::partial_message;
  finish(fail({is_garbled ? Kind::protocol : Kind::unavailable,
               fmt::format("cannot {} {}: {}", what, m_url.origin(), error.message()),
               {}}));
  return true;
}

void Exchange::finish(Result<IncomingAnswer> result) {
  const Done done = std::exchange(m_done, {});
  if (!done)
    return;
  m_deadline.cancel();
  m_resolver.cancel();
  ErrorCode ignored;
  m_socket.close(ignored);
  m_loop.impl().call([&] { done(std::move(result)); });
}

} // namespace

void send(Loop& loop, const OutgoingRequest& request, std::function<void(Result<IncomingAnswer>)> done) {
  auto url = Url::parse(request.url);
  if (url && url->scheme != "http")
    url = fail({Kind::usage, fmt::format("cannot ask {}: only plain http is spoken here", url->origin()),
                "use an http:// address"});
  if (!url)
    return loop.post([error = url.error(), done = std::move(done)] { done(fail(error)); });
  std::make_shared<Exchange>(loop, request, std::move(*url), std::move(done))->start();
}

} // namespace agr::net
