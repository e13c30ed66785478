// SPDX-License-Identifier: MIT
#pragma once

#include "base/result.hpp"
#include "emulator/world.hpp"
#include "net/loop.hpp"

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace agr::emulator {

enum class ClockMode {
  real,     ///< the machine's time
  standing, ///< stands still until POST /__emulator/clock {"advance_ms": N} moves it
};

/// When a standing clock starts in a new world: always the same, so that the same calls give the same bytes.
Time standing_clock_start();

struct DriverOptions {
  std::string address = "127.0.0.1";
  int port = 0; ///< 0: any free one
  ClockMode clock = ClockMode::real;
  std::function<void(std::string_view)> on_fault = {}; ///< hears of steps that broke an invariant
};

/// Gives a world its sockets, its timers and its outgoing requests, and nothing else: every decision is the
/// world's. The loop must not run any more once the driver is gone.
class Driver {
public:
  /// Listens at once. Errors: Kind::unavailable.
  static Result<Driver> start(net::Loop& loop, World world, DriverOptions options);
  Driver(Driver&&) noexcept;
  Driver& operator=(Driver&&) = delete;
  ~Driver();

  [[nodiscard]] std::string url() const;
  [[nodiscard]] const World& world() const;

private:
  struct Impl;
  explicit Driver(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> m_impl;
};

} // namespace agr::emulator
