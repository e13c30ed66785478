// SPDX-License-Identifier: MIT
#include "serve/serve.hpp"

#include "http/async.hpp"
#include "net/loop.hpp"
#include "process/files.hpp"
#include "process/lock.hpp"
#include "serve/handlers.hpp"
#include "serve/journal.hpp"
#include "serve/link.hpp"
#include "serve/log_writer.hpp"
#include "serve/reports.hpp"
#include "serve/scribe.hpp"

#include <csignal>
#include <filesystem>
#include <set>

namespace agr::serve {
namespace {

constexpr Millis k_compact_every = std::chrono::hours(24);
constexpr Millis k_remembered = std::chrono::hours(24 * 30); // closed hirings

std::string journal_of(const Options& options) {
  return options.folder + "/journal.db";
}

HandlerSettings handler_settings(const Options& options) {
  return HandlerSettings{.command = options.handler,
                         .environment = inheritable(options.environment),
                         .spool = options.folder + "/spool",
                         .kill_grace = options.kill_grace,
                         .max_output = options.max_output};
}

Redactor redactor_of(const Options& options) {
  Redactor redactor;
  if (options.endpoint.credential)
    redactor.add(options.endpoint.credential->secret);
  learn_secrets(redactor, options.environment);
  return redactor;
}

/// The parts of one serving agent, and the queue that joins them: everything that happens becomes an event
/// for the worker, one after the other; everything the worker wants done is given to the part that does it.
class Service {
public:
  Service(const Options& options, const Clock& clock, Random& random)
      : m_options(options), m_clock(clock), m_redactor(redactor_of(options)),
        m_worker(options.worker, random),
        m_scribe(m_loop, journal_of(options), [this](Error error) { tell(JournalFailed{std::move(error)}); }),
        m_handlers(m_loop, handler_settings(options), options.supervisor, m_redactor, teller()),
        m_reports(m_loop, m_async, options.endpoint, options.folder + "/spool", teller()),
        m_link(m_loop, m_async, clock, random, options.endpoint, teller()) {}

  int run(JournalLoaded journal) {
    for (const int number : {SIGTERM, SIGINT})
      m_loop.on_signal(number, [this, number] { tell(Signalled{number}); });
    compact();
    tell(std::move(journal));
    m_link.open();
    m_loop.run();
    return m_code;
  }

private:
  Tell teller() {
    return [this](Event event) { tell(std::move(event)); };
  }

  void tell(Event event) {
    m_loop.post([this, event = std::move(event)] { dispatch(event); });
  }

  void dispatch(const Event& event) {
    auto step = m_worker.on(event, now());
    for (const auto& effect : step.now)
      carry_out(effect);
    if (!step.lines.empty() || !step.after.empty())
      m_scribe.write(std::move(step.lines), now(), [this, after = std::move(step.after)] {
        for (const auto& effect : after)
          carry_out(effect);
      });
    set_alarm(step.wake);
  }

  void set_alarm(std::optional<Time> wake) {
    m_loop.cancel(m_alarm);
    if (wake)
      m_alarm = m_loop.after(std::max(*wake - now(), Millis(0)), [this] { tell(Tick{}); });
  }

  void carry_out(const Effect& effect) {
    std::visit([this](const auto& what) { act(what); }, effect);
  }
  void act(const LookUp& wanted) {
    m_scribe.look_up(wanted.id, [this, id = wanted.id](std::optional<Entry> last) {
      tell(LookedUp{id, std::move(last)});
    });
  }
  void act(const StartHandler& start) { m_handlers.start(start); }
  void act(const FindHandler& find) { m_handlers.find(find); }
  void act(const StopHandler& stop) { m_handlers.stop(stop); }
  void act(const Forget& forget) { m_handlers.forget(forget); }
  void act(const UploadArtifacts& upload) { m_reports.upload(upload); }
  void act(const SubmitResult& result) { m_reports.submit(result); }
  void act(const SubmitFailure& failure) { m_reports.submit(failure); }
  void act(const ReadHiring& read) { m_reports.read(read); }
  void act(const ListPending&) { m_reports.list(); }
  void act(const Log& log) {
    m_log.write(m_redactor.apply(log_line(log, m_clock.now(), m_options.log_format)));
  }
  void act(const Exit& exit) {
    m_code = exit.code;
    m_loop.stop();
  }

  /// Wall-clock time that does not jump: started with the clock's, carried on by the steady one.
  [[nodiscard]] Time now() const { return m_started + (m_clock.steady() - m_started_steady); }

  void compact() {
    m_scribe.compact(now() - k_remembered);
    m_loop.after(k_compact_every, [this] { compact(); });
  }

  const Options& m_options;
  const Clock& m_clock;
  const Time m_started = m_clock.now();
  const Millis m_started_steady = m_clock.steady();
  Redactor m_redactor;
  LogWriter m_log{m_options.log};
  Worker m_worker;
  net::Loop m_loop;
  http::Async m_async{m_loop};
  Scribe m_scribe;
  Handlers m_handlers;
  Reports m_reports;
  Link m_link;
  net::TimerId m_alarm{};
  int m_code = 0;
};

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

Result<int> run(const Options& options, const Clock& clock, Random& random) {
  AGR_TRY(process::make_private_folder(options.folder));
  AGR_TRY_ASSIGN(const auto lock, process::Lock::take(options.folder + "/lock", options.agent + " is served",
                                                      "stop that one first, or leave it the work"));
  JournalLoaded loaded;
  {
    AGR_TRY_ASSIGN(auto journal, Journal::open(journal_of(options)));
    AGR_TRY_ASSIGN(loaded.open, journal.open_entries());
  }
  tidy(options.folder + "/spool", loaded.open);
  return Service(options, clock, random).run(std::move(loaded));
}

} // namespace agr::serve
