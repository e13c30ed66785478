// SPDX-License-Identifier: MIT
#include "serve/handlers.hpp"

#include "process/files.hpp"

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

/// Reads from the spool what became of an attempt; it may sync a file there, so not on the loop.
void Handlers::look(const std::string& id) {
  struct Seen {
    Result<process::Found> found = process::Found(process::Ending{});
    std::string errors;
  };
  auto seen = std::make_shared<Seen>();
  const auto spool = spool_of(m_settings.spool, id, m_watched[id].attempt);
  m_loop.background(
      [spool, redactor = m_redactor, seen] {
        seen->found = process::find(spool);
        seen->errors = last_words(spool, redactor);
      },
      [this, id, seen] { take(id, std::move(seen->found), std::move(seen->errors)); });
}

void Handlers::take(const std::string& id, Result<process::Found> found, std::string errors) {
  if (!found) {
    // A disk that is full just now says nothing about the handler.
    if (++m_watched[id].failed_looks < k_most_looks) {
      m_loop.after(k_next_look, [this, id] { look(id); });
      return;
    }
    // Never to run it again is the safe side.
    return end(id, process::Ending{.how = process::How::lost, .message = found.error().message});
  }
  if (auto* running = std::get_if<process::Running>(&*found))
    return watch(id, std::move(*running));
  end(id, std::get<process::Ending>(std::move(*found)), std::move(errors));
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

void Handlers::end(const std::string& id, process::Ending ending, std::string errors) {
  const int attempt = m_watched[id].attempt;
  m_watched.erase(id);
  m_tell(HandlerEnded{id, attempt, std::move(ending), std::move(errors)});
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
          if (::access(spool.folder().c_str(), F_OK) != 0)
            break;
          (void)process::remove_folder(spool.folder());
        }
        // Not while a later dispatch of the same hiring uses it.
        ::rmdir(fmt::format("{}/{}", spools, forget.id).c_str());
      },
      [] {});
}

} // namespace agr::serve
