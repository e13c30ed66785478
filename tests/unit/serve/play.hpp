// SPDX-License-Identifier: MIT
#pragma once

#include "serve/worker.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <string>
#include <vector>

/// A worker on a stage: virtual time, effects as words, so that a test reads like the story it tells.
namespace agr::serve::play {

inline std::string word(const Effect& effect) {
  struct Visitor {
    std::string operator()(const LookUp& e) const { return "look up " + e.id; }
    std::string operator()(const StartHandler& e) const {
      return fmt::format("start {}#{}", e.id, e.attempt);
    }
    std::string operator()(const FindHandler& e) const { return fmt::format("find {}#{}", e.id, e.attempt); }
    std::string operator()(const LookForOrder& e) const { return "order? " + e.id; }
    std::string operator()(const StopHandler& e) const {
      return (e.how == process::Stop::gently ? "stop " : "kill ") + e.id;
    }
    std::string operator()(const UploadArtifacts& e) const { return "upload " + e.id; }
    std::string operator()(const SubmitResult& e) const { return "result " + e.id; }
    std::string operator()(const SubmitFailure& e) const { return "failure " + e.id; }
    std::string operator()(const ReadHiring& e) const { return "read " + e.id; }
    std::string operator()(const ListPending&) const { return "poll"; }
    std::string operator()(const Acknowledge& e) const {
      return fmt::format("ack {}", static_cast<int>(e.ticket));
    }
    std::string operator()(const Refuse& e) const {
      return fmt::format("refuse {}", static_cast<int>(e.ticket));
    }
    std::string operator()(const Forget& e) const { return "forget " + e.id; }
    std::string operator()(const Log& e) const { return "log " + e.event; }
    std::string operator()(const Exit& e) const { return fmt::format("exit {}", e.code); }
  };
  return std::visit(Visitor{}, effect);
}

/// The effects without the log, in order.
inline std::vector<std::string> words(const std::vector<Effect>& effects) {
  std::vector<std::string> all;
  for (const auto& effect : effects)
    if (!std::holds_alternative<Log>(effect))
      all.push_back(word(effect));
  return all;
}

inline Offer offer(std::string id, std::string status = "in_progress") {
  return Offer{.id = std::move(id), .status = std::move(status), .hiring = "{}"};
}

inline HiringsListed listed(std::vector<Offer> offers) {
  return HiringsListed{std::move(offers)};
}

/// What reading a hiring gave.
inline ReadBack read_back(std::string id, std::string status, Dispatch dispatch = {}) {
  auto seen = offer(id, std::move(status));
  seen.dispatch = std::move(dispatch);
  return ReadBack{std::move(id), std::optional(std::move(seen))};
}

inline ReadBack unknown(std::string id) {
  return ReadBack{std::move(id), std::optional<Offer>()};
}

inline HandlerEnded exited(std::string id, int code, int attempt = 1) {
  return HandlerEnded{
      .id = std::move(id), .attempt = attempt, .ending = {.how = process::How::exited, .code = code}};
}

inline HandlerEnded ended(std::string id, process::How how, int attempt = 1) {
  return HandlerEnded{.id = std::move(id), .attempt = attempt, .ending = {.how = how}};
}

inline Error http_error(int status) {
  return Error{.kind = Kind::failed, .message = fmt::format("HTTP {}", status), .http_status = status};
}

struct Play {
  SeededRandom random{7};
  Worker worker;
  Time now{Millis(1'800'000'000'000)};
  Step last;
  std::map<std::string, Entry> journal = {};

  explicit Play(WorkerSettings settings = {}) : worker(settings, random) { on(JournalLoaded{}); }
  Play(WorkerSettings settings, JournalLoaded loaded) : worker(settings, random) { on(std::move(loaded)); }

  /// Looks into the journal at once, as if it were memory.
  Play& on(const Event& event) {
    last = {};
    tell(event);
    return *this;
  }
  void tell(const Event& event) {
    auto step = worker.on(event, now);
    for (auto& entry : step.lines) {
      journal[entry.id] = entry;
      last.lines.push_back(std::move(entry));
    }
    std::ranges::move(step.after, std::back_inserter(last.after));
    last.wake = step.wake;
    for (auto& effect : step.now) {
      if (const auto* wanted = std::get_if<LookUp>(&effect))
        tell(LookedUp{wanted->id, known(wanted->id)});
      else
        last.now.push_back(std::move(effect));
    }
  }
  [[nodiscard]] std::optional<Entry> known(const std::string& id) const {
    const auto found = journal.find(id);
    return found == journal.end() ? std::nullopt : std::optional(found->second);
  }
  /// Lets time pass up to the next wake, or nothing when there is none.
  Play& wake() {
    REQUIRE(last.wake);
    now = std::max(now, *last.wake);
    return on(Tick{});
  }
  Play& later(Millis time) {
    now += time;
    return on(Tick{});
  }
  /// Takes a hiring as far as a running handler.
  Play& running(const std::string& id) {
    on(listed({offer(id)}));
    return on(HandlerStarted{id, last.lines.empty() ? 1 : last.lines.back().attempt});
  }
  /// … and on to a result under way.
  Play& submitting(const std::string& id) {
    running(id);
    on(exited(id, 0));
    return on(ArtifactsUploaded{id});
  }

  [[nodiscard]] std::vector<std::string> now_words() const { return words(last.now); }
  [[nodiscard]] std::vector<std::string> after_words() const { return words(last.after); }
  /// "h1 accepted" of each line.
  [[nodiscard]] std::vector<std::string> lines() const {
    std::vector<std::string> all;
    for (const auto& entry : last.lines)
      all.push_back(fmt::format("{} {}", entry.id, name_of(entry.state)));
    return all;
  }
  [[nodiscard]] bool logged(std::string_view event) const {
    const auto is_it = [&](const Effect& effect) { return word(effect) == fmt::format("log {}", event); };
    return std::ranges::any_of(last.now, is_it) || std::ranges::any_of(last.after, is_it);
  }
};

using Words = std::vector<std::string>;

} // namespace agr::serve::play
