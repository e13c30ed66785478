// SPDX-License-Identifier: MIT
#include "serve/handlers.hpp"

#include "process/files.hpp"
#include "serve/verdict.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <memory>
#include <utility>

namespace agr::serve {
namespace {

constexpr int k_most_looks = 10;
constexpr Millis k_next_look{1'000};

/// Readiness is a hint only: whether the process behind a pidfd has really ended.
bool has_ended(const process::Fd& exit) {
  pollfd watched{exit.get(), POLLIN, 0};
  return ::poll(&watched, 1, 0) == 1;
}

process::Ending not_started(const Error& error) {
  return process::Ending{.how = process::How::never_started, .message = error.message};
}

} // namespace

Handlers::Handlers(net::Loop& loop, HandlerSettings settings, std::vector<std::string> supervisor,
                   const Redactor& redactor, Tell tell)
    : m_loop(loop), m_settings(std::move(settings)), m_supervisor(std::move(supervisor)),
      m_redactor(redactor), m_tell(std::move(tell)) {}

Handlers::~Handlers() {
  for (const auto& [id, watched] : m_watched)
    if (watched.alive)
      m_loop.unwatch(watched.watch);
}

void Handlers::start(const StartHandler& start) {
  m_watched[start.id].attempt = start.attempt; // a wish to stop may have come before
  auto spool = std::make_shared<Result<process::Spool>>(process::Spool(""));
  m_loop.background([settings = m_settings, start, spool] { *spool = prepare(settings, start); },
                    [this, id = start.id, spool] {
                      if (!*spool)
                        return end(id, not_started(spool->error()));
                      launch(id, **spool);
                    });
}

void Handlers::launch(const std::string& id, const process::Spool& spool) {
  if (m_watched[id].stop)
    return end(id, process::Ending{.how = process::How::never_started});
  auto running = process::start(spool, m_supervisor);
  if (!running)
    return end(id, not_started(running.error()));
  watch(id, std::move(*running));
}

void Handlers::find(const FindHandler& find) {
  m_watched[find.id].attempt = find.attempt;
  look(find.id);
}

struct Handlers::Seen {
  Result<process::Found> found = process::Found(process::Ending{});
  Result<std::optional<Order>> order = std::nullopt;
  std::string errors = {};
};

/// An attempt that has ended takes an order only where somebody is still to decide.
void Handlers::inspect(const process::Spool& spool, bool holds_lost, Seen& seen) {
  seen.found = process::find(spool);
  const auto* ending = seen.found ? std::get_if<process::Ending>(&*seen.found) : nullptr;
  if (ending == nullptr || ending->how == process::How::never_started)
    return;
  const bool waits = (ending->how == process::How::exited && ending->code == k_submits_later) ||
                     (ending->how == process::How::lost && holds_lost);
  seen.order = waits ? read_order(spool) : last_order(spool);
}

/// Reads from the spool what became of an attempt; it may sync a file there, so not on the loop.
void Handlers::look(const std::string& id) {
  auto seen = std::make_shared<Seen>();
  const auto spool = spool_of(m_settings.spool, id, m_watched[id].attempt);
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
  if (auto* running = std::get_if<process::Running>(&*seen.found))
    return watch(id, std::move(*running));
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
  m_tell(HandlerStarted{id, watched.attempt});
}

void Handlers::end(const std::string& id, process::Ending ending, std::string errors,
                   std::optional<Order> order) {
  const int attempt = m_watched[id].attempt;
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
