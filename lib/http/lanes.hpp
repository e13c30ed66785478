// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

namespace agr::http {

/// Names one request of an Async; never used twice.
enum class RequestId : std::uint64_t {};

/// What a request is for.
enum class Lane {
  urgent,    ///< somebody measures how long it takes: pongs
  report,    ///< work that is done and waits to be acknowledged
  handshake, ///< a session on its way up
  normal,    ///< everything else
  bulk,      ///< large bodies
};

/// How many requests of each lane are under way at once.
struct LaneLimits {
  std::size_t normal = 32;
  std::size_t urgent = 256;
  std::size_t report = 64;
  std::size_t handshake = 128;
  std::size_t bulk = 8;
};

/// Whose turn it is. Each lane has a line and places of its own: whatever is slow, stalled or many in one
/// lane, no other lane waits for it. Pure.
class Lanes {
public:
  explicit Lanes(const LaneLimits& limits);

  /// To the end of its lane's line.
  void join(Lane lane, RequestId id);
  /// Out of the line, where it has not been started.
  void withdraw(Lane lane, RequestId id);
  /// Everybody out of all lines.
  void clear();
  /// Who is to start now, one at a time; it has a place from here on.
  std::optional<RequestId> next();
  /// It is over; its place is free.
  void leave(Lane lane);

private:
  struct State {
    std::size_t limit = 0;
    std::size_t under_way = 0;
    std::deque<RequestId> line = {};
  };
  State& of(Lane lane) { return m_lanes[static_cast<std::size_t>(lane)]; }

  std::array<State, 5> m_lanes; // in the order of Lane, which is that of starting
};

} // namespace agr::http
