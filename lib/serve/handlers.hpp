// SPDX-License-Identifier: MIT
#pragma once

#include "net/loop.hpp"
#include "process/attempt.hpp"
#include "serve/handler.hpp"
#include "serve/link.hpp"
#include "serve/repository.hpp"

#include <map>

namespace agr::serve {

/// Starts, finds, watches and stops the supervisors of handlers. A start or find ends in a HandlerEnded,
/// with a HandlerStarted before it when there is something to wait for.
class Handlers {
public:
  /// Finds out about the repository of a hiring in push mode.
  using AskRepository =
      std::function<void(const std::string& id, std::function<void(Result<Repository>)> answered)>;

  /// `supervisor`: the words of a command that supervises the folder appended to them.
  Handlers(net::Loop& loop, HandlerSettings settings, std::vector<std::string> supervisor,
           const Redactor& redactor, Tell tell, AskRepository ask_repository);
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
    StartHandler work = {};
    bool is_rest = false; // its handler has ended, and is not to be run again
    process::Running running = {};
    net::WatchId watch = {};
    bool alive = false; // `running` and `watch` mean something
    bool was_running = false;
    int failed_looks = 0;
    std::optional<process::Stop> stop; // wished for before it was alive
  };

  void get_ready(const std::string& id);
  void ask_repository(const std::string& id);
  void prepare(const std::string& id, const Repository& repository);
  void launch(const std::string& id, const process::Spool& spool, const Secret& secret);
  void watch(const std::string& id, process::Running running);
  void look(const std::string& id);
  struct Seen;
  static void inspect(const process::Spool& spool, bool holds_lost, Seen& seen);
  void take(const std::string& id, Seen seen);
  void give_up(const std::string& id, const Error& error);
  void end(const std::string& id, process::Ending ending, std::string errors = {},
           std::optional<Order> order = {});

  net::Loop& m_loop;
  HandlerSettings m_settings;
  std::vector<std::string> m_supervisor;
  const Redactor& m_redactor;
  Tell m_tell;
  AskRepository m_ask_repository;
  std::map<std::string, Watched> m_watched; // by hiring
};

} // namespace agr::serve
