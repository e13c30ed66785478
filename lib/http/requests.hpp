// SPDX-License-Identifier: MIT
#pragma once

#include "http/async.hpp"
#include "http/multi.hpp"
#include "http/transfer.hpp"

#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

// For this room's .cpp files only.

namespace agr::http {

/// The requests of an Async, over one multi handle, so that all lanes share the connections that are open,
/// and a pool of handles that are used again. Held by a shared pointer, so that a handler may drop the Async.
class Requests : public std::enable_shared_from_this<Requests> {
public:
  Requests(net::Loop& loop, Trust trust, const LaneLimits& limits);

  RequestId send(Request request, Done done, Lane lane);
  void cancel(RequestId id);
  /// Cancels all.
  void shut();

private:
  struct Exchange {
    Done done;
    Lane lane = Lane::normal;
    std::optional<Request> waiting = {}; // until it is its turn
    Running running = {};
    std::optional<Result<Response>> outcome = {}; // until it is told
  };

  void start_waiting();
  void start(RequestId id, Exchange& exchange);
  void release(Exchange& exchange);
  void collect();
  void finish(RequestId id, Exchange& exchange, Result<Response> outcome);
  void tell();
  Easy take_handle();

  net::Loop& m_loop;
  Trust m_trust;
  Lanes m_lanes;
  std::uint64_t m_last_id = 0;
  Multi m_multi;
  std::vector<Easy> m_pool;
  std::unordered_map<RequestId, Exchange> m_exchanges;
  std::unordered_map<CURL*, RequestId> m_by_handle;
  std::vector<RequestId> m_finished; // not told yet
};

} // namespace agr::http
