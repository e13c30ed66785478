// SPDX-License-Identifier: MIT
#include "http/async.hpp"

#include "http/multi.hpp"
#include "http/prepare.hpp"
#include "http/transfer.hpp"

#include <fmt/format.h>

#include <array>
#include <deque>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

namespace agr::http {
namespace {

/// A handle with the transfer on it. The transfer must go first: it takes its traces off the handle.
struct Running {
  Easy easy;
  std::unique_ptr<Transfer> transfer;

  Easy take_back() {
    transfer.reset();
    return std::move(easy);
  }
};

struct Exchange {
  Async::Done done;
  Lane lane = Lane::normal;
  std::optional<Request> waiting = {}; // until it is its turn
  Running running = {};
  std::optional<Result<Response>> outcome = {};
};

struct Stream {
  StreamHandlers handlers;
  std::string url;
  Running running = {};
  std::optional<Response> head = {}; // until on_open was told
  std::string bytes = {};            // until on_bytes was told
  std::optional<Result<void>> end = {};
  net::TimerId head_timer = {};
  bool over = false; // cancelled or ended: nothing more is told
};

/// Handles that are set up once and used again.
class Pool {
public:
  Easy take() {
    if (m_free.empty())
      return Easy(curl_easy_init());
    Easy easy = std::move(m_free.back());
    m_free.pop_back();
    return easy;
  }
  void give_back(Easy easy) { m_free.push_back(std::move(easy)); }

private:
  std::vector<Easy> m_free;
};

Error no_head(const std::string& url, Millis waited) {
  return {Kind::unavailable, fmt::format("the stream {} did not begin within {}", url, for_people(waited))};
}

} // namespace

struct Async::Impl : std::enable_shared_from_this<Impl> {
  Impl(net::Loop& its_loop, Trust its_trust, AsyncLimits its_limits)
      : loop(its_loop), trust(std::move(its_trust)), limits{its_limits.normal, its_limits.urgent},
        request_multi(its_loop, [this] { collect_requests(); }),
        stream_multi(its_loop, [this] { collect_streams(); }) {}

  // ---- requests ----

  RequestId send(Request request, Done done, Lane lane) {
    const RequestId id{++last_id};
    Exchange& exchange = exchanges[id] = {.done = std::move(done), .lane = lane};
    Result<Request> prepared = prepare(std::move(request));
    if (!prepared) {
      exchange.outcome = fail(prepared.error());
      finished.push_back(id);
      tell_soon();
      return id;
    }
    exchange.waiting = std::move(*prepared);
    queue_of(lane).push_back(id);
    start_waiting(lane);
    return id;
  }

  void start_waiting(Lane lane) {
    const auto at = static_cast<std::size_t>(lane);
    while (under_way[at] < limits[at] && !queues[at].empty()) {
      const RequestId id = queues[at].front();
      queues[at].pop_front();
      if (const auto found = exchanges.find(id); found != exchanges.end())
        start(found->second, id);
    }
  }

  void start(Exchange& exchange, RequestId id) {
    ++under_way[static_cast<std::size_t>(exchange.lane)];
    Running& running = exchange.running;
    running.easy = pool.take();
    running.transfer = std::make_unique<Transfer>(running.easy.get(),
                                                  std::move(*std::exchange(exchange.waiting, {})), trust);
    by_handle[running.easy.get()] = static_cast<std::uint64_t>(id);
    request_multi.add(running.easy.get());
  }

  void collect_requests() {
    for (const Multi::Finished& one : request_multi.take_finished()) {
      const RequestId id{by_handle.at(one.easy)};
      Exchange& exchange = exchanges.at(id);
      request_multi.remove(one.easy);
      exchange.outcome = exchange.running.transfer->finish(one.code);
      release(exchange);
      finished.push_back(id);
      tell_soon();
    }
  }

  /// Takes back the handle, which must be out of the multi already, and lets the next one start.
  void release(Exchange& exchange) {
    by_handle.erase(exchange.running.easy.get());
    pool.give_back(exchange.running.take_back());
    --under_way[static_cast<std::size_t>(exchange.lane)];
    start_waiting(exchange.lane);
  }

  void cancel(RequestId id) {
    const auto found = exchanges.find(id);
    if (found == exchanges.end())
      return;
    if (found->second.running.easy) {
      request_multi.remove(found->second.running.easy.get());
      release(found->second);
    }
    exchanges.erase(id);
  }

  // ---- streams ----

  StreamId open(Request request, StreamHandlers handlers) {
    const StreamId id{++last_id};
    const auto stream = std::make_shared<Stream>(Stream{.handlers = std::move(handlers), .url = request.url});
    streams[id] = stream;
    const Millis head_wait = request.timeout;
    Result<Request> prepared = prepare(std::move(request));
    if (!prepared) {
      stream->end = fail(prepared.error());
      note(id);
      return id;
    }
    StreamTaps taps{[this, id, at = stream.get()] {
                      loop.cancel(at->head_timer);
                      at->head = at->running.transfer->response();
                      note(id);
                    },
                    [this, id, at = stream.get()](std::string_view bytes) {
                      at->bytes += bytes;
                      note(id);
                    }};
    stream->head_timer = loop.after(head_wait, [this, id, head_wait] { give_up_on_head(id, head_wait); });
    Running& running = stream->running;
    running.easy.reset(curl_easy_init());
    running.transfer =
        std::make_unique<Transfer>(running.easy.get(), std::move(*prepared), trust, std::move(taps));
    by_handle[running.easy.get()] = static_cast<std::uint64_t>(id);
    stream_multi.add(running.easy.get());
    return id;
  }

  void collect_streams() {
    for (const Multi::Finished& one : stream_multi.take_finished()) {
      const StreamId id{by_handle.at(one.easy)};
      Stream& stream = *streams.at(id);
      Result<Response> outcome = stream.running.transfer->finish(one.code);
      if (outcome && !outcome->ok())
        stream.head = std::move(*outcome);
      stream.end = outcome ? Result<void>{} : Result<void>(fail(outcome.error()));
      release(stream);
      note(id);
    }
  }

  void give_up_on_head(StreamId id, Millis waited) {
    Stream& stream = *streams.at(id);
    release(stream);
    stream.end = fail(no_head(stream.url, waited));
    note(id);
  }

  void release(Stream& stream) {
    loop.cancel(stream.head_timer);
    if (!stream.running.easy)
      return;
    stream_multi.remove(stream.running.easy.get());
    by_handle.erase(stream.running.easy.get());
    stream.running.take_back();
  }

  void cancel(StreamId id) {
    const auto found = streams.find(id);
    if (found == streams.end())
      return;
    found->second->over = true;
    release(*found->second);
    streams.erase(found);
  }

  // ---- telling ----

  void note(StreamId id) {
    if (lively.empty() || lively.back() != id)
      lively.push_back(id);
    tell_soon();
  }

  void tell_soon() {
    if (std::exchange(telling, true))
      return;
    loop.post([weak = weak_from_this()] {
      if (const std::shared_ptr<Impl> self = weak.lock())
        self->tell();
    });
  }

  void tell() {
    telling = false;
    for (const StreamId id : std::exchange(lively, {}))
      if (const auto found = streams.find(id); found != streams.end())
        tell(id, std::shared_ptr<Stream>(found->second));
    for (const RequestId id : std::exchange(finished, {}))
      if (const auto found = exchanges.find(id); found != exchanges.end()) {
        Exchange exchange = std::move(found->second);
        exchanges.erase(found);
        exchange.done(std::move(*exchange.outcome));
      }
  }

  /// Each handler may cancel the stream, so `over` is asked before the next.
  void tell(StreamId id, const std::shared_ptr<Stream>& stream) {
    if (const std::optional<Response> head = std::exchange(stream->head, {}))
      stream->handlers.on_open(*head);
    if (const std::string bytes = std::exchange(stream->bytes, {}); !bytes.empty() && !stream->over)
      stream->handlers.on_bytes(bytes);
    if (!stream->end || stream->over)
      return;
    stream->over = true;
    streams.erase(id);
    stream->handlers.on_end(std::move(*stream->end));
  }

  void shut() {
    while (!streams.empty())
      cancel(streams.begin()->first);
    for (std::deque<RequestId>& queue : queues)
      queue.clear();
    while (!exchanges.empty())
      cancel(exchanges.begin()->first);
  }

  std::deque<RequestId>& queue_of(Lane lane) { return queues[static_cast<std::size_t>(lane)]; }

  net::Loop& loop;
  const Trust trust;
  const std::array<std::size_t, 2> limits; // by lane, as the two below
  std::array<std::size_t, 2> under_way{};
  std::array<std::deque<RequestId>, 2> queues;
  std::uint64_t last_id = 0;
  Multi request_multi;
  Multi stream_multi;
  Pool pool;
  std::unordered_map<RequestId, Exchange> exchanges;
  std::unordered_map<StreamId, std::shared_ptr<Stream>> streams;
  std::unordered_map<CURL*, std::uint64_t> by_handle;
  std::vector<RequestId> finished; // outcomes not told yet
  std::vector<StreamId> lively;    // streams with something to tell
  bool telling = false;
};

Async::Async(net::Loop& loop, const Trust& trust, AsyncLimits limits) {
  start_curl();
  m_impl = std::make_shared<Impl>(loop, trust, limits);
}

Async::~Async() {
  m_impl->shut();
}

RequestId Async::send(Request request, Done done, Lane lane) {
  return m_impl->send(std::move(request), std::move(done), lane);
}

StreamId Async::open(Request request, StreamHandlers handlers) {
  return m_impl->open(std::move(request), std::move(handlers));
}

void Async::cancel(RequestId request) {
  m_impl->cancel(request);
}
void Async::cancel(StreamId stream) {
  m_impl->cancel(stream);
}

} // namespace agr::http
