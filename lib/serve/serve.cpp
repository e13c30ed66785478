// SPDX-License-Identifier: MIT
#include "serve/serve.hpp"

#include "net/server.hpp"
#include "process/bell.hpp"
#include "process/files.hpp"
#include "process/limits.hpp"
#include "process/notify.hpp"
#include "serve/health.hpp"
#include "serve/log_writer.hpp"
#include "serve/submission.hpp"
#include "serve/webhooks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <map>
#include <set>

namespace agr::serve {
namespace {

/// All agents of this process on one loop: brings them up, changes them at SIGHUP, and ends with the last.
class Service {
public:
  Service(const Options& options, const Clock& clock, Random& random)
      : m_options(options), m_clock(clock), m_doorkeeper(m_loop, clock, random),
        m_around{.loop = m_loop,
                 .async = m_async,
                 .clock = clock,
                 .random = random,
                 .jobs = m_jobs,
                 .doorkeeper = m_doorkeeper,
                 .environment = options.environment,
                 .inherited =
                     std::make_shared<const std::vector<std::string>>(inheritable(options.environment)),
                 .supervisor = options.supervisor},
        m_manager(value_of("NOTIFY_SOCKET"), value_of("WATCHDOG_USEC"), value_of("WATCHDOG_PID")) {}

  Result<void> open() {
    AGR_TRY_ASSIGN(m_locks, agent_locks(m_options.state));
    for (const auto& options : m_options.agents)
      AGR_TRY(add(options));
    AGR_TRY_ASSIGN(m_bell, process::Bell::listen(bell_folder(m_options.state)));
    AGR_TRY(open_webhooks());
    return open_health();
  }

  int run() {
    for (const int number : {SIGTERM, SIGINT})
      m_loop.on_signal(number, [this, number] { tell_all(Signalled{number}); });
    m_loop.on_signal(SIGHUP, [this] { reload(); });
    m_loop.watch(m_bell->descriptor(), {.read = true}, [this](net::Interest) { answer_bell(); });
    for (const auto& [folder, agent] : m_agents) {
      m_awaited.insert(agent->id());
      agent->start();
    }
    beat();
    m_loop.run();
    return m_code;
  }

private:
  [[nodiscard]] std::string_view value_of(std::string_view name) const {
    for (const std::string_view variable : m_options.environment)
      if (variable.starts_with(name) && variable.substr(name.size()).starts_with('='))
        return variable.substr(name.size() + 1);
    return "";
  }

  Result<Agent*> add(const AgentOptions& options) {
    const JobsId id{++m_last_id};
    AGR_TRY_ASSIGN(auto agent,
                   Agent::open(m_around, *m_locks, options, id,
                               {.log = [this](const Agent& from, const Log& log,
                                              const Redactor& redactor) { hear(from, log, redactor); },
                                .left = [this](Agent& from, int code) { take_leave(from, code); }}));
    auto* added = agent.get();
    m_by_id[id] = added;
    m_agents[options.folder] = std::move(agent);
    return added;
  }

  void tell_all(const Event& event) {
    if (!std::exchange(m_stopping, true))
      m_manager.tell("STOPPING=1");
    for (const auto& [folder, agent] : m_agents)
      agent->tell(event);
  }

  void wake(JobsId id) {
    if (const auto found = m_by_id.find(id); found != m_by_id.end())
      found->second->tell(Tick{});
  }

  /// Its object stays: work on other threads may still come back to it.
  void take_leave(Agent& agent, int code) {
    if (m_code == 0)
      m_code = code;
    agent.retire();
    if (!m_stopping && code != 0)
      ++m_lost;
    m_by_id.erase(agent.id());
    const auto found = m_agents.find(agent.options().folder);
    m_retired.push_back(std::move(found->second));
    m_agents.erase(found);
    if (m_agents.empty())
      m_loop.stop();
    stop_waiting_for(agent.id());
  }

  void answer_bell() {
    for (const auto& name : m_bell->heard())
      if (const auto found = m_agents.find(m_options.state + "/agents/" + name); found != m_agents.end())
        found->second->ring();
  }

  // ---- SIGHUP ----------------------------------------------------------------------------------------

  void reload() {
    if (m_stopping || m_reloading || !m_options.reload)
      return;
    m_reloading = true;
    auto wanted = std::make_shared<Result<Wanted>>();
    m_loop.background([this, wanted] { *wanted = read_wanted(); },
                      [this, wanted] {
                        m_reloading = false;
                        if (m_stopping)
                          return;
                        if (!*wanted)
                          return say({.level = Log::Level::error,
                                      .event = "reload_failed",
                                      .text = wanted->error().message + "; everything stays as it was"});
                        if ((*wanted)->certificate)
                          m_webhooks->use(*(*wanted)->certificate);
                        take_wanted((*wanted)->agents);
                      });
  }

  struct Wanted {
    std::vector<AgentOptions> agents;
    std::optional<net::Certificate> certificate;
  };
  /// On another thread.
  [[nodiscard]] Result<Wanted> read_wanted() const {
    Wanted wanted;
    AGR_TRY_ASSIGN(wanted.agents, m_options.reload());
    AGR_TRY_ASSIGN(wanted.certificate, certificate());
    return wanted;
  }
  [[nodiscard]] Result<std::optional<net::Certificate>> certificate() const {
    if (!m_options.certificate)
      return std::optional<net::Certificate>();
    AGR_TRY_ASSIGN(auto certificate, m_options.certificate());
    return std::optional(std::move(certificate));
  }

  void take_wanted(const std::vector<AgentOptions>& wanted) {
    int added = 0;
    for (const auto& options : wanted) {
      if (const auto found = m_agents.find(options.folder); found != m_agents.end())
        found->second->change(options);
      else
        added += bring_up(options) ? 1 : 0;
    }
    const int removed = let_go_of_others(wanted);
    say({.event = "reloaded",
         .text = fmt::format("{} agents, {} added, {} removed", m_agents.size(), added, removed),
         .fields = json::Value::object(
             {{"agents", static_cast<long long>(m_agents.size())}, {"added", added}, {"removed", removed}})});
  }

  bool bring_up(const AgentOptions& options) {
    const auto agent = add(options);
    if (agent)
      (*agent)->start();
    else
      say({.level = Log::Level::error, .event = "agent_failed", .text = agent.error().message});
    return agent.has_value();
  }

  /// What they began is finished and reported first.
  int let_go_of_others(const std::vector<AgentOptions>& wanted) {
    std::set<std::string_view> kept;
    for (const auto& options : wanted)
      kept.insert(options.folder);
    int count = 0;
    for (const auto& [folder, agent] : m_agents)
      if (!kept.contains(folder)) {
        agent->tell(Signalled{SIGTERM});
        ++count;
      }
    return count;
  }

  // ---- webhooks --------------------------------------------------------------------------------------

  Result<void> open_webhooks() {
    const auto& [ip, port] = m_options.webhook;
    if (port < 0)
      return {};
    AGR_TRY_ASSIGN(auto proof, certificate());
    m_webhooks.emplace(
        m_loop, m_clock, [this](const WebhookPath& path) { return find(path); },
        [this](const Agent& agent, const Log& log) { write(log, m_redactor, name_of(agent)); });
    AGR_TRY(m_webhooks->listen(ip, port, std::move(proof)));
    const bool is_one = m_agents.size() == 1;
    say({.event = "webhook",
         .text = m_webhooks->url() +
                 webhook_path_to(is_one ? m_agents.begin()->second->options().name : "NAME")});
    return {};
  }

  /// Whose path that is: the path of nobody in particular is that of the only agent.
  [[nodiscard]] Agent* find(const WebhookPath& path) const {
    if (path.kind == WebhookPath::Kind::only_agent)
      return m_agents.size() == 1 ? m_agents.begin()->second.get() : nullptr;
    const auto found = std::ranges::find_if(
        m_agents, [&](const auto& pair) { return pair.second->options().name == path.agent; });
    return found == m_agents.end() ? nullptr : found->second.get();
  }

  // ---- seen from outside -----------------------------------------------------------------------------

  Result<void> open_health() {
    const auto& [ip, port] = m_options.health;
    if (port < 0)
      return {};
    AGR_TRY_ASSIGN(
        auto server,
        net::Server::listen(m_loop, ip, port,
                            [this](const net::ServerRequest& request, net::Responder responder) {
                              const auto answer = answer_health(request.method, request.target, health());
                              responder.reply(answer.status, {{"Content-Type", answer.type}}, answer.body);
                            },
                            {.body_bytes = 0, .idle = Millis(30'000)}));
    m_server.emplace(std::move(server));
    say({.event = "health", .text = m_server->url()});
    return {};
  }

  [[nodiscard]] Health health() {
    Health health{.left = m_lost, .handlers = m_jobs.running(), .lag = m_loop.lag(), .now = m_clock.now()};
    if (m_webhooks)
      health.webhooks = m_webhooks->answered();
    for (const auto& [folder, agent] : m_agents)
      health.agents.push_back({agent->options().name, agent->status()});
    return health;
  }

  /// The service manager is told once that everything is up; an agent that had to stop is not waited for.
  void stop_waiting_for(JobsId id) {
    if (m_awaited.erase(id) == 1 && m_awaited.empty() && !m_stopping && !m_agents.empty())
      m_manager.tell(fmt::format("READY=1\nSTATUS=serving {} agents", m_agents.size()));
  }

  /// From the loop itself: a loop that hangs misses it.
  void beat() {
    if (!m_manager.heartbeat())
      return;
    m_manager.tell("WATCHDOG=1");
    m_loop.after(*m_manager.heartbeat(), [this] { beat(); });
  }

  // ---- the log ---------------------------------------------------------------------------------------

  /// Agents are named as soon as there is more than one.
  [[nodiscard]] std::string name_of(const Agent& agent) const {
    return m_agents.size() + m_retired.size() > 1 ? agent.options().name : "";
  }
  void write(const Log& log, const Redactor& redactor, const std::string& agent) {
    m_log.write(redactor.apply(log_line(log, m_clock.now(), m_options.log_format, agent)));
  }
  void hear(const Agent& from, const Log& log, const Redactor& redactor) {
    write(log, redactor, name_of(from));
    if (log.event == "ready")
      stop_waiting_for(from.id());
  }
  void say(const Log& log) { write(log, m_redactor, ""); }

  const Options& m_options;
  const Clock& m_clock;
  Redactor m_redactor; // masks what looks like a token; the agents know their own
  LogWriter m_log{m_options.log};
  net::Loop m_loop;
  http::Async m_async{m_loop};
  Jobs m_jobs{m_options.max_jobs, [this](JobsId id) { wake(id); }};
  Doorkeeper m_doorkeeper;
  Surroundings m_around;
  std::optional<process::LockTable> m_locks;
  std::optional<process::Bell> m_bell;
  std::map<std::string, std::unique_ptr<Agent>> m_agents; // by folder
  std::map<JobsId, Agent*> m_by_id;
  std::vector<std::unique_ptr<Agent>> m_retired;
  std::uint64_t m_last_id = 0;
  bool m_stopping = false;
  bool m_reloading = false;
  std::set<JobsId> m_awaited; // agents that are to be online before the first READY
  process::ServiceManager m_manager;
  std::optional<Webhooks> m_webhooks;
  std::optional<net::Server> m_server;
  int m_lost = 0; // agents that had to stop
  int m_code = 0;
};

} // namespace

Result<int> run(const Options& options, const Clock& clock, Random& random) {
  process::raise_descriptor_limit();
  Service service(options, clock, random);
  AGR_TRY(service.open());
  return service.run();
}

} // namespace agr::serve
