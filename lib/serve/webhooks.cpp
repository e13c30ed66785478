// SPDX-License-Identifier: MIT
#include "serve/webhooks.hpp"

#include <fmt/format.h>

#include <utility>

namespace agr::serve {
namespace {

/// A stranger may send what he likes as often as he likes: 256 bodies in memory at most, and ten seconds to
/// send one. Connections beyond that wait in the system's queue.
constexpr net::ServerLimits k_limits{
    .body_bytes = std::size_t{1} << 20, .idle = Millis(10'000), .connections = 256, .keep_alive = false};
constexpr Millis k_quiet{60'000}; // between two lines about the same kind of refusal

/// It works on something, or takes more.
bool is_alive(const WorkerStatus& status) {
  const bool takes_more = !status.draining && !status.paused;
  return takes_more || status.waiting + status.running + status.held + status.reporting > 0;
}

std::string_view reason_of(const WebhookAnswer& answer) {
  return answer.status == 503 ? "the marketplace does not show the hiring to this agent or cannot be asked, "
                                "or no more work is taken"
                              : std::string_view(answer.text);
}

} // namespace

Result<void> Webhooks::listen(const std::string& ip, int port, std::optional<net::Certificate> certificate) {
  AGR_TRY_ASSIGN(auto server, net::Server::listen(
                                  m_loop, ip, port,
                                  [this](const net::ServerRequest& request, net::Responder responder) {
                                    serve(request, std::move(responder));
                                  },
                                  k_limits, std::move(certificate)));
  m_server.emplace(std::move(server));
  return {};
}

void Webhooks::serve(const net::ServerRequest& request, net::Responder responder) {
  const auto path = webhook_path_of(request.target);
  const bool is_known = path.kind == WebhookPath::Kind::health;
  Agent* agent = is_known || path.kind == WebhookPath::Kind::nowhere ? nullptr : m_find(path);
  if (agent == nullptr)
    return send(responder, is_known ? webhook_health(request.method) : webhook_nothing_here());
  auto verdict = judge_webhook(request, {.id = agent->options().id,
                                         .secrets = agent->options().webhook,
                                         .is_alive = is_alive(agent->status())});
  if (auto* dispatched = std::get_if<Dispatched>(&verdict))
    return announce(*agent, std::move(*dispatched), std::move(responder));
  const auto& answer = std::get<WebhookAnswer>(verdict);
  if (request.method == "POST")
    tell_of(*agent, answer);
  send(responder, answer);
}

void Webhooks::announce(Agent& agent, Dispatched dispatched, net::Responder responder) {
  auto caller = std::make_shared<net::Responder>(std::move(responder));
  agent.announce(std::move(dispatched), [this, &agent, caller](bool is_safe) {
    const auto answer = is_safe ? webhook_accepted() : webhook_try_again();
    tell_of(agent, answer);
    send(*caller, answer);
  });
}

/// Not every time: whoever sends them could fill a disk.
void Webhooks::tell_of(const Agent& agent, const WebhookAnswer& answer) {
  ++m_answered[answer.status];
  if (answer.status == 200)
    return;
  auto& refused = m_refused[answer.status];
  ++refused.since;
  if (refused.told && m_clock.steady() - *refused.told < k_quiet)
    return;
  m_say(agent, {.level = Log::Level::warning,
                .event = "webhook_refused",
                .text = fmt::format("{}: {}", answer.status, reason_of(answer)),
                .fields = json::Value::object(
                    {{"status", answer.status}, {"count", static_cast<long long>(refused.since)}})});
  refused = {.told = m_clock.steady()};
}

} // namespace agr::serve
