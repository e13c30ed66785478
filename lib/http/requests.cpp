// SPDX-License-Identifier: MIT
#include "http/requests.hpp"

#include "http/prepare.hpp"

#include <utility>

namespace agr::http {

Requests::Requests(net::Loop& loop, Trust trust, const LaneLimits& limits)
    : m_loop(loop), m_trust(std::move(trust)), m_lanes(limits), m_multi(loop, [this] { collect(); }) {}

RequestId Requests::send(Request request, Done done, Lane lane) {
  const RequestId id{++m_last_id};
  Exchange& exchange = m_exchanges[id];
  exchange.done = std::move(done);
  exchange.lane = lane;
  Result<Request> prepared = prepare(std::move(request));
  if (!prepared) {
    finish(id, exchange, fail(prepared.error()));
    return id;
  }
  exchange.waiting = std::move(*prepared);
  m_lanes.join(lane, id);
  start_waiting();
  return id;
}

void Requests::start_waiting() {
  while (const std::optional<RequestId> next = m_lanes.next())
    start(*next, m_exchanges.at(*next));
}

void Requests::start(RequestId id, Exchange& exchange) {
  exchange.running.easy = take_handle();
  CURL* easy = exchange.running.easy.get();
  exchange.running.transfer = std::make_unique<Transfer>(easy, *std::exchange(exchange.waiting, {}), m_trust);
  m_by_handle[easy] = id;
  m_multi.add(easy);
}

Easy Requests::take_handle() {
  if (m_pool.empty())
    return Easy(curl_easy_init());
  Easy easy = std::move(m_pool.back());
  m_pool.pop_back();
  return easy;
}

void Requests::release(Exchange& exchange) {
  m_multi.remove(exchange.running.easy.get());
  m_by_handle.erase(exchange.running.easy.get());
  m_pool.push_back(exchange.running.take_back());
  m_lanes.leave(exchange.lane);
  start_waiting();
}

void Requests::collect() {
  for (const Multi::Finished& one : m_multi.take_finished()) {
    const RequestId id = m_by_handle.at(one.easy);
    Exchange& exchange = m_exchanges.at(id);
    Result<Response> outcome = exchange.running.transfer->finish(one.code);
    release(exchange);
    finish(id, exchange, std::move(outcome));
  }
}

void Requests::finish(RequestId id, Exchange& exchange, Result<Response> outcome) {
  exchange.outcome = std::move(outcome);
  m_finished.push_back(id);
  if (m_finished.size() > 1)
    return; // it is on its way already
  m_loop.post([weak = weak_from_this()] {
    if (const std::shared_ptr<Requests> self = weak.lock())
      self->tell();
  });
}

void Requests::tell() {
  for (const RequestId id : std::exchange(m_finished, {})) {
    const auto found = m_exchanges.find(id);
    if (found == m_exchanges.end())
      continue;
    Exchange exchange = std::move(found->second);
    m_exchanges.erase(found);
    exchange.done(std::move(*exchange.outcome));
  }
}

void Requests::cancel(RequestId id) {
  const auto found = m_exchanges.find(id);
  if (found == m_exchanges.end())
    return;
  m_lanes.withdraw(found->second.lane, id);
  if (found->second.running.easy)
    release(found->second);
  m_exchanges.erase(id);
}

void Requests::shut() {
  m_lanes.clear();
  while (!m_exchanges.empty())
    cancel(m_exchanges.begin()->first);
}

} // namespace agr::http
