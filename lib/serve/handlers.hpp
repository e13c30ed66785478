// SPDX-License-Identifier: MIT
#pragma once

#include "net/loop.hpp"
#include "process/attempt.hpp"
#include "serve/handler.hpp"
#include "serve/link.hpp"

#include <map>

namespace agr::serve {

/// Starts, finds, watches and stops the supervisors of handlers. A start or find ends in a HandlerEnded,
/// with a HandlerStarted before it when there is something to wait for.
class Handlers {
public:
  /// `supervisor`: the words of a command that supervises the folder appended to them.
  Handlers(net::Loop& loop, HandlerSettings settings, std::vector<std::string> supervisor,
           const Redactor& redactor, Tell tell);
  Handlers(const Handlers&) = delete;
  Handlers& operator=(const Handlers&) = delete;
  ~Handlers();

  /// For handlers started from now on.
  void change(HandlerSettings settings) { m_settings = std::move(settings); }
  void start(const StartHandler& start);
  void find(const FindHandler& find);
  void stop(const StopHandler& stop);
  /// Ends in an Ordered when there is an order.
  void look(const LookForOrder& look);
  /// Removes everything a closed hiring left on disk.
  void forget(const Forget& forget);

private:
  struct Watched {
    int attempt = 0;
    process::Running running = {};
    net::WatchId watch = {};
    bool alive = false; // `running` and `watch` mean something
    int failed_looks = 0;
    std::optional<process::Stop> stop; // wished for before it was alive
  };

  void launch(const std::string& id, const process::Spool& spool);
  void watch(const std::string& id, process::Running running);
  void look(const std::string& id);
  struct Seen;
  static void inspect(const process::Spool& spool, bool holds_lost, Seen& seen);
  void take(const std::string& id, Seen seen);
  void end(const std::string& id, process::Ending ending, std::string errors = {},
           std::optional<Order> order = {});

  net::Loop& m_loop;
  HandlerSettings m_settings;
  std::vector<std::string> m_supervisor;
  const Redactor& m_redactor;
  Tell m_tell;
  std::map<std::string, Watched> m_watched; // by hiring
};

} // namespace agr::serve
