// SPDX-License-Identifier: MIT
#pragma once

#include "serve/agent.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace agr::serve {

/// The listener marketplaces post hirings to, one for all agents of the process. What is answered is decided
/// by judge_webhook and by the agent's worker.
class Webhooks {
public:
  /// Whose path that is; nullptr when it is nobody's.
  using Find = std::function<Agent*(const WebhookPath& path)>;
  /// Tells about a webhook for that agent. Nothing of the request is in it.
  using Say = std::function<void(const Agent& agent, const Log& log)>;

  Webhooks(net::Loop& loop, const Clock& clock, Find find, Say say)
      : m_loop(loop), m_clock(clock), m_find(std::move(find)), m_say(std::move(say)) {}

  /// With a certificate it speaks TLS. Errors: Kind::unavailable.
  Result<void> listen(const std::string& ip, int port, std::optional<net::Certificate> certificate);
  /// For the connections to come.
  void use(net::Certificate certificate) { m_server->use(std::move(certificate)); }

  [[nodiscard]] std::string url() const { return m_server->url(); }
  /// How many POSTs, by status.
  [[nodiscard]] const std::map<int, std::uint64_t>& answered() const { return m_answered; }

private:
  void serve(const net::ServerRequest& request, net::Responder responder);
  void announce(Agent& agent, Dispatched dispatched, net::Responder responder);
  void tell_of(const Agent& agent, const WebhookAnswer& answer);

  struct Refused {
    std::optional<Millis> told = {};
    std::uint64_t since = 0; // that
  };

  net::Loop& m_loop;
  const Clock& m_clock;
  Find m_find;
  Say m_say;
  std::optional<net::Server> m_server;
  std::map<int, std::uint64_t> m_answered;
  std::map<int, Refused> m_refused; // by status
};

} // namespace agr::serve
