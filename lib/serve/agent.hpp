// SPDX-License-Identifier: MIT
#pragma once

#include "agrenting/api.hpp"
#include "base/random.hpp"
#include "base/secret.hpp"
#include "http/async.hpp"
#include "serve/handlers.hpp"
#include "serve/holding.hpp"
#include "serve/link.hpp"
#include "serve/messages.hpp"
#include "serve/reports.hpp"
#include "serve/scribe.hpp"
#include "serve/uploads.hpp"
#include "serve/webhook.hpp"
#include "serve/worker.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace agr::serve {

/// Everything one agent needs to work.
struct AgentOptions {
  std::string name = {};                 ///< for people: "alice"
  std::string id = {};                   ///< at the marketplace; empty when unknown
  std::string folder = {};               ///< of its lock, journal and spools; one per agent
  agrenting::Endpoint endpoint = {};     ///< with the agent's key
  std::vector<std::string> handler = {}; ///< as resolve() gave it
  Millis kill_grace{10'000};
  std::uint64_t max_output = std::uint64_t{4} << 20;
  std::uint64_t max_disk = std::uint64_t{10} << 30; ///< bytes below a spool; 0: any number
  process::Hooks hooks = {};
  std::optional<process::Sandbox> sandbox = {};
  PushSettings push = {};
  bool pushes_itself = false; ///< HandlerSettings
  WebhookSecrets webhook = {};
  WorkerSettings worker = {};
};

/// What the agents of one process share.
struct Surroundings {
  net::Loop& loop;
  http::Async& async;
  const Clock& clock;
  Random& random;
  Jobs& jobs;
  Doorkeeper& doorkeeper;
  std::vector<std::string> environment;                      ///< of this process
  std::shared_ptr<const std::vector<std::string>> inherited; ///< by handlers
  std::vector<std::string> supervisor; ///< command that supervises the folder appended to it
};

/// The parts of one serving agent, and the queue that joins them: everything that happens becomes an event
/// for the worker, one after the other; everything the worker wants done is given to the part that does it.
class Agent {
public:
  struct Hooks {
    std::function<void(const Agent&, const Log&, const Redactor&)> log;
    std::function<void(Agent&, int code)> left; ///< told once; nothing happens afterwards
  };

  /// Takes the lock and reads the journal. Errors: Kind::locked when this agent is being served already,
  /// Kind::internal when its journal cannot be opened.
  static Result<std::unique_ptr<Agent>> open(Surroundings& around, const process::LockTable& locks,
                                             AgentOptions options, JobsId id, Hooks hooks);
  Agent(const Agent&) = delete;
  Agent& operator=(const Agent&) = delete;

  /// Goes online.
  void start();
  void tell(Event event);
  /// Somebody who knows the secret says that there is a hiring; `heard` is told, once, whether it is safe
  /// here: in the journal, or over.
  void announce(Dispatched dispatched, std::function<void(bool is_safe)> heard);
  /// Other options for the same folder; what runs goes on as it was begun.
  void change(AgentOptions options);
  /// `agr submit` has left something.
  void ring();
  /// Lets go of the agent, so that another process may serve it. The object must live on as long as the
  /// loop, because work under way on other threads comes back to it.
  void retire();

  [[nodiscard]] const AgentOptions& options() const { return m_options; }
  [[nodiscard]] WorkerStatus status() const { return m_worker.status(); }
  [[nodiscard]] JobsId id() const { return m_id; }

private:
  Agent(Surroundings& around, AgentOptions options, JobsId id, Hooks hooks, process::Hold hold,
        JournalLoaded journal);

  Tell teller();
  void go_online();
  void dispatch(const Event& event);
  void set_alarm(std::optional<Time> wake);
  void carry_out(const Effect& effect);
  void act(const LookUp& wanted);
  void act(const StartHandler& start) { m_handlers.start(start); }
  void act(const FindHandler& find) { m_handlers.find(find); }
  void act(const LookForOrder& look) { m_handlers.look(look); }
  void act(const StopHandler& stop) { m_handlers.stop(stop); }
  void act(const Forget& forget) { m_handlers.forget(forget); }
  void act(const UploadArtifacts& upload) { m_uploads.start(upload); }
  void act(const SubmitResult& result) { m_reports.submit(result); }
  void act(const SubmitFailure& failure) { m_reports.submit(failure); }
  void act(const ReadHiring& read) { m_reports.read(read); }
  void act(const ListPending& list);
  void act(const Acknowledge& acknowledged) { answer(acknowledged.ticket, true); }
  void act(const Refuse& refused) { answer(refused.ticket, false); }
  void answer(Ticket ticket, bool is_safe);
  void act(const Log& log);
  void act(const Exit& exit);
  [[nodiscard]] Time now() const;
  void compact();

  Surroundings& m_around;
  AgentOptions m_options;
  JobsId m_id;
  Hooks m_hooks;
  std::optional<process::Hold> m_hold;
  std::optional<JournalLoaded> m_journal; // until it has started
  Time m_started;
  Millis m_started_steady;
  Redactor m_redactor;
  Worker m_worker;
  Scribe m_scribe;
  Handlers m_handlers;
  Reports m_reports;
  Uploads m_uploads;
  Messages m_messages;
  Link m_link;
  std::map<Ticket, std::function<void(bool)>> m_callers;
  std::uint64_t m_last_ticket = 0;
  net::TimerId m_alarm{};
  net::TimerId m_compaction{};
  bool m_left = false;
};

} // namespace agr::serve
