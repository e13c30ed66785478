// SPDX-License-Identifier: MIT
#pragma once

#include "base/result.hpp"
#include "emulator/message.hpp"

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace agr::emulator {

// What a step asks the world outside to do. Streams, probes and webhooks nobody knows any more are skipped.

/// Write these bytes to an open stream, in one piece.
struct SendEvent {
  std::string stream;
  std::string bytes;
};

struct CloseStream {
  std::string stream;
};

/// Answer a request that was parked.
struct Answer {
  std::string parked;
  Response response;
};

/// Ask with HEAD whether somebody lives at `url`; report HeadAnswered within the budget. No redirects.
struct HeadProbe {
  std::string id;
  std::string url;
  std::vector<Header> headers;
  Millis budget;
};

/// Deliver a webhook; report WebhookAnswered. No redirects.
struct WebhookPost {
  std::string id;
  std::string url;
  std::vector<Header> headers;
  std::string body;
  Millis budget;
};

/// End every stream and every request that waits for an answer: the world they belong to is gone.
struct HangUp {};

/// It is now this late, where the clock is one that is set.
struct SetClock {
  Time time;
};

using Action = std::variant<SendEvent, CloseStream, Answer, HeadProbe, WebhookPost, HangUp, SetClock>;

// What the world outside reports.

/// The peer went away, or the stream could not be written.
struct StreamClosed {
  std::string stream;
};

/// `status` is absent when there was no answer in time.
struct HeadAnswered {
  std::string id;
  std::optional<int> status;
};

struct WebhookAnswered {
  std::string id;
  std::optional<int> status;
};

using Event = std::variant<StreamClosed, HeadAnswered, WebhookAnswered>;

/// The request is answered later, by an Answer with this id.
struct Parked {
  std::string id;
};

using Reply = std::variant<Response, Parked>;

/// What came of one request, event or passing of time: the reply (requests only), then the actions, in
/// order. A fault is a broken invariant or a failing database: the step was undone and must be shouted about.
struct Step {
  std::optional<Reply> reply = {};
  std::vector<Action> actions = {};
  std::optional<Error> fault = {};
};

} // namespace agr::emulator
