// SPDX-License-Identifier: MIT
#include "serve/agent.hpp"

#include "process/files.hpp"
#include "serve/journal.hpp"
#include "serve/submission.hpp"

#include <algorithm>
#include <filesystem>
#include <set>

namespace agr::serve {
namespace {

constexpr Millis k_compact_every = std::chrono::hours(24);
constexpr Millis k_remembered = std::chrono::hours(24 * 30); // closed hirings

std::string journal_of(const AgentOptions& options) {
  return options.folder + "/journal.db";
}

std::string spools_of(const AgentOptions& options) {
  return options.folder + "/spool";
}

HandlerSettings handler_settings(const AgentOptions& options, const Surroundings& around) {
  return HandlerSettings{.command = options.handler,
                         .environment = around.inherited,
                         .spool = spools_of(options),
                         .kill_grace = options.kill_grace,
                         .max_output = options.max_output,
                         .max_disk = options.max_disk,
                         .hooks = options.hooks,
                         .sandbox = options.sandbox,
                         .holds_lost = options.worker.on_crash == OnCrash::hold,
                         .push = options.push,
                         .pushes_itself = options.pushes_itself};
}

Redactor redactor_of(const AgentOptions& options, const std::vector<std::string>& environment) {
  Redactor redactor;
  if (options.endpoint.credential)
    redactor.add(options.endpoint.credential->secret);
  for (const auto& secret : {options.webhook.shown, options.webhook.signing})
    if (!secret.empty())
      redactor.add(secret);
  learn_secrets(redactor, environment);
  return redactor;
}

bool is_same(const agrenting::Endpoint& a, const agrenting::Endpoint& b) {
  const auto key_of = [](const agrenting::Endpoint& endpoint) {
    return endpoint.credential ? endpoint.credential->secret.reveal() : std::string();
  };
  return a.base == b.base && key_of(a) == key_of(b);
}

/// Of an agent that never worked there is no file, and none is made.
Result<JournalLoaded> load(const AgentOptions& options) {
  JournalLoaded loaded;
  std::error_code code;
  if (!std::filesystem::exists(journal_of(options), code))
    return loaded;
  AGR_TRY_ASSIGN(auto journal, Journal::open(journal_of(options)));
  AGR_TRY_ASSIGN(loaded.open, journal.open_entries());
  return loaded;
}

/// Spools of hirings that closed while their folder could not be removed. Before anything is begun, because
/// a hiring that is dispatched again uses the same folder.
void tidy(const std::string& spools, const std::vector<Entry>& open) {
  std::set<std::string> ids;
  for (const auto& entry : open)
    ids.insert(entry.id);
  std::error_code code;
  for (const auto& folder : std::filesystem::directory_iterator(spools, code))
    if (!ids.contains(folder.path().filename().string()))
      (void)process::remove_folder(folder.path().string());
}

} // namespace

Result<std::unique_ptr<Agent>> Agent::open(Surroundings& around, const process::LockTable& locks,
                                           AgentOptions options, JobsId id, Hooks hooks) {
  AGR_TRY(process::make_private_folder(options.folder));
  AGR_TRY_ASSIGN(auto hold, hold_agent(locks, options.folder, options.name));
  AGR_TRY_ASSIGN(auto journal, load(options));
  tidy(spools_of(options), journal.open);
  return std::unique_ptr<Agent>(
      new Agent(around, std::move(options), id, std::move(hooks), std::move(hold), std::move(journal)));
}

Agent::Agent(Surroundings& around, AgentOptions options, JobsId id, Hooks hooks, process::Hold hold,
             JournalLoaded journal)
    : m_around(around), m_options(std::move(options)), m_id(id), m_hooks(std::move(hooks)),
      m_hold(std::move(hold)), m_journal(std::move(journal)), m_started(around.clock.now()),
      m_started_steady(around.clock.steady()), m_redactor(redactor_of(m_options, around.environment)),
      m_worker(m_options.worker, around.random, &around.jobs, id),
      m_scribe(around.loop, journal_of(m_options),
               [this](Error error) { tell(JournalFailed{std::move(error)}); }),
      m_handlers(around.loop, handler_settings(m_options, around), around.supervisor, m_redactor, teller(),
                 [this](const std::string& hiring, std::function<void(Result<Repository>)> answered) {
                   m_reports.find_repository(hiring, std::move(answered));
                 }),
      m_reports(around.loop, around.async, m_options.endpoint, spools_of(m_options), m_redactor, teller()),
      m_uploads(around.loop, around.async, m_options.endpoint, spools_of(m_options), m_redactor, teller(),
                [this](const Log& log) { act(log); }),
      m_messages(around.loop, around.async, m_options.endpoint, messages_folder(m_options.folder), m_redactor,
                 [this](const Log& log) { act(log); }),
      m_link(around.loop, around.async, around.clock, around.random, around.doorkeeper, m_options.endpoint,
             teller()) {}

void Agent::start() {
  std::error_code code;
  if (std::filesystem::exists(journal_of(m_options), code))
    compact();
  tell(std::move(*std::exchange(m_journal, std::nullopt)));
  m_messages.send_all();
  go_online();
}

void Agent::change(AgentOptions options) {
  const bool moved = !is_same(options.endpoint, m_options.endpoint);
  m_options = std::move(options);
  m_worker.change(m_options.worker);
  m_handlers.change(handler_settings(m_options, m_around));
  if (moved) {
    m_redactor = redactor_of(m_options, m_around.environment);
    m_reports.use(m_options.endpoint);
    m_uploads.use(m_options.endpoint);
    m_messages.use(m_options.endpoint);
    m_link.use(m_options.endpoint);
    go_online();
  }
  tell(Tick{}); // there may be more places now
}

void Agent::go_online() {
  if (m_options.worker.has_stream)
    m_link.open();
  else
    act(ListPending{});
}

void Agent::announce(Dispatched dispatched, std::function<void(bool)> heard) {
  const Ticket ticket{++m_last_ticket};
  m_callers[ticket] = std::move(heard);
  tell(Announced{std::move(dispatched.hiring_id), std::move(dispatched.extras), ticket});
}

void Agent::answer(Ticket ticket, bool is_safe) {
  if (const auto caller = m_callers.extract(ticket); !caller.empty())
    caller.mapped()(is_safe);
}

void Agent::ring() {
  tell(Rung{});
  m_messages.send_all();
}

void Agent::retire() {
  m_left = true;
  m_link.close();
  m_around.loop.cancel(m_alarm);
  m_around.loop.cancel(m_compaction);
  m_around.jobs.running(m_id, 0);
  m_around.jobs.pass(m_id);
  m_hold.reset();
  while (!m_callers.empty())
    answer(m_callers.begin()->first, false);
}

Tell Agent::teller() {
  return [this](Event event) { tell(std::move(event)); };
}

void Agent::tell(Event event) {
  m_around.loop.post([this, event = std::move(event)] { dispatch(event); });
}

void Agent::dispatch(const Event& event) {
  if (m_left)
    return;
  auto step = m_worker.on(event, now());
  for (const auto& effect : step.now)
    carry_out(effect);
  if (step.after.empty() && !step.lines.empty())
    m_scribe.note(std::move(step.lines), now());
  else if (!step.after.empty())
    m_scribe.write(std::move(step.lines), now(), [this, after = std::move(step.after)] {
      for (const auto& effect : after)
        carry_out(effect);
    });
  set_alarm(step.wake);
}

void Agent::set_alarm(std::optional<Time> wake) {
  m_around.loop.cancel(m_alarm);
  if (wake && !m_left)
    m_alarm = m_around.loop.after(std::max(*wake - now(), Millis(0)), [this] { tell(Tick{}); });
}

void Agent::carry_out(const Effect& effect) {
  if (!m_left)
    std::visit([this](const auto& what) { act(what); }, effect);
}

void Agent::act(const LookUp& wanted) {
  m_scribe.look_up(
      wanted.id, [this, id = wanted.id](std::optional<Entry> last) { tell(LookedUp{id, std::move(last)}); });
}

void Agent::act(const ListPending&) {
  m_reports.list();
  m_messages.send_all();
}

void Agent::act(const Log& log) {
  m_hooks.log(*this, log, m_redactor);
}

void Agent::act(const Exit& exit) {
  m_left = true;
  m_hooks.left(*this, exit.code);
}

/// Wall-clock time that does not jump: started with the clock's, carried on by the steady one.
Time Agent::now() const {
  return m_started + (m_around.clock.steady() - m_started_steady);
}

void Agent::compact() {
  m_scribe.compact(now() - k_remembered);
  m_compaction = m_around.loop.after(k_compact_every, [this] { compact(); });
}

} // namespace agr::serve
