// SPDX-License-Identifier: MIT
#pragma once

#include "http/async.hpp"
#include "http/multi.hpp"
#include "http/transfer.hpp"

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

// For this room's .cpp files only.

namespace agr::http {

/// The event streams of an Async, on a multi handle of their own. Held by a shared pointer, so that a
/// handler may drop the Async.
class Streams : public std::enable_shared_from_this<Streams> {
public:
  Streams(net::Loop& loop, Trust trust);

  StreamId open(Request request, StreamHandlers handlers);
  void cancel(StreamId id);
  /// Cancels all.
  void shut();

private:
  /// What came and was not told yet lies here: inside libcurl only notes are taken.
  struct Stream {
    StreamHandlers handlers;
    std::string url;
    Running running = {};
    net::TimerId head_timer = {};
    std::optional<Response> head = {};
    std::string bytes = {};
    std::optional<Result<void>> end = {};
    bool over = false; // nothing more is told
  };

  void start(StreamId id, Stream& stream, Request request);
  StreamTaps taps_for(StreamId id, Stream& stream);
  void give_up_on_head(StreamId id, Millis waited);
  void collect();
  void release(Stream& stream);
  void note(StreamId id);
  void tell();
  void tell(StreamId id, Stream& stream);

  net::Loop& m_loop;
  Trust m_trust;
  std::uint64_t m_last_id = 0;
  Multi m_multi;
  std::unordered_map<StreamId, std::shared_ptr<Stream>> m_streams;
  std::unordered_map<CURL*, StreamId> m_by_handle;
  std::vector<StreamId> m_lively; // with something to tell, maybe twice
};

} // namespace agr::http
