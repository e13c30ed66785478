// SPDX-License-Identifier: MIT
#pragma once

#include "net/loop.hpp"
#include "net/server.hpp"

#include <doctest/doctest.h>

#include <thread>

namespace agr::http {

/// A throw-away server with a loop and thread of its own, for clients that block.
class Served {
public:
  explicit Served(net::Server::Handler handler)
      : m_server(net::Server::listen(m_loop, "127.0.0.1", 0, std::move(handler))) {
    REQUIRE(m_server);
    m_thread = std::thread([this] { m_loop.run(); });
  }
  Served(const Served&) = delete;
  Served& operator=(const Served&) = delete;
  ~Served() {
    m_loop.stop();
    m_thread.join();
  }
  [[nodiscard]] std::string url() const { return m_server->url(); }

private:
  net::Loop m_loop;
  Result<net::Server> m_server;
  std::thread m_thread;
};

/// An address where nobody listens: a port that was just free.
inline std::string deserted_url() {
  net::Loop loop;
  const auto server = net::Server::listen(loop, "127.0.0.1", 0, [](net::ServerRequest, net::Responder) {});
  REQUIRE(server);
  return server->url();
}

} // namespace agr::http
