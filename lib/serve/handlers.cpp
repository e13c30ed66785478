// SPDX-License-Identifier: MIT
#include "serve/handlers.hpp"

#include "process/files.hpp"
#include "serve/inside.hpp"
#include "serve/verdict.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <utility>

namespace agr::serve {
namespace {

constexpr int k_most_looks = 10;
constexpr Millis k_next_look{1'000};
constexpr Millis k_next_question{2'000};

/// Readiness is a hint only: whether the process behind a pidfd has really ended.
bool has_ended(const process::Fd& exit) {
  pollfd watched{exit.get(), POLLIN, 0};
  return ::poll(&watched, 1, 0) == 1;
}

bool needs_repository(const StartHandler& work) {
  const auto hiring = json::parse(work.hiring);
  return hiring && is_push(*hiring);
}

} // namespace

Handlers::Handlers(net::Loop& loop, HandlerSettings settings, std::vector<std::string> supervisor,
                   const Redactor& redactor, Tell tell, AskRepository ask_repository)
    : m_loop(loop), m_settings(std::move(settings)), m_supervisor(std::move(supervisor)),
      m_redactor(redactor), m_tell(std::move(tell)), m_ask_repository(std::move(ask_repository)) {}

Handlers::~Handlers() {
  for (const auto& [id, watched] : m_watched)
    if (watched.alive)
      m_loop.unwatch(watched.watch);
}

void Handlers::start(const StartHandler& start) {
  m_watched[start.id].work = start; // a wish to stop may have come before
  get_ready(start.id);
}

void Handlers::get_ready(const std::string& id) {
  if (needs_repository(m_watched[id].work))
    return ask_repository(id);
  prepare(id, Repository());
}

/// The token is written down nowhere, so the marketplace is asked for it, for as long as that takes.
void Handlers::ask_repository(const std::string& id) {
  if (m_watched[id].stop)
    return give_up(id, {Kind::cancelled, "the agent was stopped"});
  m_ask_repository(id, [this, id](const Result<Repository>& repository) {
    if (repository)
      return prepare(id, *repository);
    const auto& error = repository.error();
    if (!error.retryable())
      return give_up(id, error);
    m_loop.after(std::max(error.retry_after.value_or(k_next_question), k_next_question),
                 [this, id] { ask_repository(id); });
  });
}

void Handlers::prepare(const std::string& id, const Repository& repository) {
  auto spool = std::make_shared<Result<process::Spool>>(process::Spool(""));
  const auto& watched = m_watched[id];
  m_loop.background(
      [settings = m_settings, work = watched.work, is_rest = watched.is_rest, repository, spool] {
        *spool =
            is_rest ? prepare_rest(settings, work, repository) : serve::prepare(settings, work, repository);
      },
      [this, id, spool, secret = packed(repository)] {
        if (!*spool)
          return give_up(id, spool->error());
        launch(id, **spool, secret);
      });
}

void Handlers::launch(const std::string& id, const process::Spool& spool, const Secret& secret) {
  if (m_watched[id].stop)
    return give_up(id, {Kind::cancelled, "the agent was stopped"});
  auto running = process::start(spool, m_supervisor, secret);
  if (!running)
    return give_up(id, running.error());
  watch(id, std::move(*running));
}

void Handlers::find(const FindHandler& find) {
  m_watched[find.id].work = StartHandler{find.id, find.attempt, find.hiring, find.deadline};
  m_watched[find.id].was_running = find.was_running;
  look(find.id);
}

struct Handlers::Seen {
  Result<process::Found> found = process::Found(process::Ending{});
  Result<std::optional<Order>> order = std::nullopt;
  std::string errors = {};
  bool is_gone = false;
};

/// An attempt that has ended takes an order only where somebody is still to decide.
void Handlers::inspect(const process::Spool& spool, bool holds_lost, Seen& seen) {
  seen.found = process::find(spool);
  seen.is_gone = ::access(spool.folder().c_str(), F_OK) != 0;
  const auto* ending = seen.found ? std::get_if<process::Ending>(&*seen.found) : nullptr;
  if (ending == nullptr || ending->how == process::How::never_started)
    return;
  if (const auto adopted = adopt_submission(spool); !adopted) {
    seen.order = fail(adopted.error());
    return;
  }
  const bool waits = (ending->how == process::How::exited && ending->code == k_submits_later) ||
                     (ending->how == process::How::lost && holds_lost);
  seen.order = waits ? read_order(spool) : last_order(spool);
}

/// Reads from the spool what became of an attempt; it may sync a file there, so not on the loop.
void Handlers::look(const std::string& id) {
  auto seen = std::make_shared<Seen>();
  const auto spool = spool_of(m_settings.spool, id, m_watched[id].work.attempt);
  m_loop.background(
      [spool, redactor = m_redactor, holds_lost = m_settings.holds_lost, seen] {
        inspect(spool, holds_lost, *seen);
        seen->errors = last_words(spool, redactor);
      },
      [this, id, seen] { take(id, std::move(*seen)); });
}

void Handlers::take(const std::string& id, Seen seen) {
  if (!seen.found || !seen.order) {
    // A disk that is full just now says nothing about the handler.
    if (++m_watched[id].failed_looks < k_most_looks) {
      m_loop.after(k_next_look, [this, id] { look(id); });
      return;
    }
    // Never to run it again is the safe side.
    const auto& error = seen.found ? seen.order.error() : seen.found.error();
    return end(id, process::Ending{.how = process::How::lost, .message = error.message});
  }
  // A handler that removes its own spool must not be taken for one that never ran.
  if (seen.is_gone && m_watched[id].was_running)
    return end(id, process::Ending{.how = process::How::lost});
  if (auto* running = std::get_if<process::Running>(&*seen.found))
    return watch(id, std::move(*running));
  if (std::holds_alternative<process::Unfinished>(*seen.found)) {
    m_watched[id].is_rest = true;
    return get_ready(id);
  }
  end(id, std::get<process::Ending>(std::move(*seen.found)), std::move(seen.errors), std::move(*seen.order));
}

void Handlers::look(const LookForOrder& look) {
  auto order = std::make_shared<std::optional<Order>>();
  m_loop.background([spool = spool_of(m_settings.spool, look.id, look.attempt),
                     order] { *order = read_order(spool).value_or(std::nullopt); },
                    [this, look, order] {
                      if (*order)
                        m_tell(Ordered{look.id, look.attempt, std::move(**order)});
                    });
}

void Handlers::watch(const std::string& id, process::Running running) {
  auto& watched = m_watched[id];
  watched.running = std::move(running);
  watched.alive = true;
  watched.was_running = true;
  watched.watch = m_loop.watch(watched.running.exit.get(), {.read = true}, [this, id](net::Interest) {
    auto& ended = m_watched[id];
    if (!has_ended(ended.running.exit))
      return;
    m_loop.unwatch(ended.watch);
    ended.alive = false;
    process::reap(ended.running);
    look(id);
  });
  if (const auto how = std::exchange(watched.stop, std::nullopt))
    process::stop(watched.running, *how);
  m_tell(HandlerStarted{id, watched.work.attempt});
}

/// What cannot be started may be started later, as another attempt; what was done already must not be done
/// again, and a repository nobody could work with stays what it is.
void Handlers::give_up(const std::string& id, const Error& error) {
  if (m_watched[id].is_rest)
    return end(id, {.how = process::How::step_failed}, "the work was done but not pushed: " + error.message);
  if (error.kind == Kind::usage)
    return end(id, {.how = process::How::step_failed}, error.message);
  end(id, {.how = process::How::never_started, .message = error.message});
}

void Handlers::end(const std::string& id, process::Ending ending, std::string errors,
                   std::optional<Order> order) {
  const int attempt = m_watched[id].work.attempt;
  m_watched.erase(id);
  m_tell(HandlerEnded{id, attempt, std::move(ending), std::move(errors), std::move(order)});
}

void Handlers::stop(const StopHandler& stop) {
  auto& watched = m_watched[stop.id];
  if (watched.alive)
    process::stop(watched.running, stop.how);
  else
    watched.stop = stop.how;
}

void Handlers::forget(const Forget& forget) {
  // A folder that cannot be removed now is removed at the next start.
  m_loop.background(
      [spools = m_settings.spool, forget] {
        for (int attempt = forget.attempt; attempt > 0; --attempt) {
          const auto spool = spool_of(spools, forget.id, attempt);
          // Away in one step: a spool half removed would take orders again.
          const auto gone = spool.folder() + ".gone";
          if (::rename(spool.folder().c_str(), gone.c_str()) != 0)
            break;
          (void)process::remove_folder(gone);
        }
        // Not while a later dispatch of the same hiring uses it.
        ::rmdir(fmt::format("{}/{}", spools, forget.id).c_str());
      },
      [] {});
}

} // namespace agr::serve
