// SPDX-License-Identifier: MIT
#pragma once

#include "http/lanes.hpp"
#include "http/message.hpp"
#include "http/trust.hpp"
#include "net/loop.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

namespace agr::http {

class Requests;
class Streams;

/// Names one stream of an Async; never used twice.
enum class StreamId : std::uint64_t {};

/// What a stream tells, in this order: on_open at most once, on_bytes any number of times, on_end once.
struct StreamHandlers {
  /// The answer has begun; only one that is not 2xx comes with its body.
  std::function<void(const Response& head)> on_open;
  std::function<void(std::string_view bytes)> on_bytes;
  /// It is over: closed in good order, or why not.
  std::function<void(Result<void> how)> on_end;
};

using Done = std::function<void(Result<Response>)>;

/// Requests and event streams on a loop, over libcurl. Streams live apart from requests, because looking
/// for a free connection among thousands of streams is what makes a pong late. Everything happens on the
/// loop's thread; handlers run from the loop, never from inside a call, and may call anything here, even
/// destroy it. No retries, no redirects: whoever asks decides.
class Async {
public:
  explicit Async(net::Loop& loop, const Trust& trust = system_trust(), const LaneLimits& limits = {});
  Async(const Async&) = delete;
  Async& operator=(const Async&) = delete;
  /// Ends everything; no handler runs any more.
  ~Async();

  /// Errors reach `done`: as Transport and prepare give them.
  RequestId send(Request request, Done done, Lane lane = Lane::normal);
  /// A GET whose answer has no end. Request::timeout bounds the wait for the answer's head alone; silence
  /// later is the caller's to judge.
  StreamId open(Request request, StreamHandlers handlers);

  /// Ends it without another word: its handlers do not run any more. What is over or unknown is ignored.
  void cancel(RequestId request);
  void cancel(StreamId stream);

private:
  std::shared_ptr<Requests> m_requests;
  std::shared_ptr<Streams> m_streams;
};

} // namespace agr::http
