// SPDX-License-Identifier: MIT
#include "agrenting/watcher.hpp"

#include "agrenting/decode.hpp"
#include "agrenting/state.hpp"
#include "agrenting/tools.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace agr::agrenting {
namespace {

constexpr int k_bearable = 3;  // failures in a row before anything was read
constexpr Millis k_blip{1000}; // most lost sessions are back by then
constexpr std::string_view k_messages = "/messages";

std::optional<Time> updated_at(const Hiring& hiring) {
  return parse_time(hiring.raw["updated_at"].text());
}

/// A failed hiring may be tried again; nothing else that ended goes on.
bool may_follow(std::string_view before, bool had_ended, bool has_ended) {
  return !had_ended || has_ended || before == "failed";
}

bool is_final(const Error& error) {
  return error.kind == Kind::auth || error.kind == Kind::forbidden || error.kind == Kind::config ||
         error.kind == Kind::usage;
}

} // namespace

std::vector<Watcher::Action> Watcher::on(const Input& input, Millis now) {
  m_now = now;
  m_actions.clear();
  if (!m_over)
    std::visit([this](const auto& what) { take(what); }, input);
  if (!m_over)
    read_next();
  if (!m_over)
    wait();
  return std::exchange(m_actions, {});
}

void Watcher::take(const Up& up) {
  m_up = true;
  m_pushes = up.pushes;
  m_hold.reset();
  m_look_at.reset();
  m_reading.reset(); // a read that was under way over the lost session will not come back
  look_at_everything();
}

void Watcher::take(const Down&) {
  m_up = m_pushes = false;
  if (m_reading)
    mark(*std::exchange(m_reading, std::nullopt));
  m_looks = 0;
  m_hold = m_look_at = m_now + k_blip;
}

void Watcher::take(const Pushed& pushed) {
  const std::string id = tools::hiring_of_status_uri(pushed.uri);
  const bool about_messages =
      m_settings.messages && std::ranges::any_of(m_settings.ids, [&](const std::string& followed) {
        return pushed.uri == tools::messages_uri(followed);
      });
  // One of a hiring never heard of is looked for on the list: strangers' ids are not asked for one by one.
  const bool about_all = m_settings.ids.empty() && (pushed.uri == tools::k_active || !id.empty());
  if (about_messages || (!id.empty() && is_followed(id)))
    mark(pushed.uri);
  else if (about_all)
    mark(std::string(tools::k_active));
}

void Watcher::take(const Timer&) {
  if (m_hold && m_now >= *m_hold)
    m_hold.reset();
  if (!m_look_at || m_now < *m_look_at)
    return;
  m_look_at.reset();
  look_at_everything();
}

void Watcher::take(const Got& got) {
  if (!m_reading || got.read != m_last_read)
    return; // of a session that is gone
  const std::string uri = *std::exchange(m_reading, std::nullopt);
  if (!got.payload)
    return take_error(uri, got.payload.error());
  m_ever_read = true;
  m_failures = 0;
  if (uri == tools::k_active)
    take_active(*got.payload);
  else if (uri.ends_with(k_messages))
    take_messages(uri, *got.payload);
  else if (auto hiring = read_hiring(*got.payload))
    take_hiring(std::move(*hiring));
  check_finished();
}

// ---- reading -------------------------------------------------------------------------------------------

void Watcher::look_at_everything() {
  if (m_settings.ids.empty()) {
    subscribe(std::string(tools::k_active));
    mark(std::string(tools::k_active));
    for (const auto& [id, known] : m_known)
      if (!known.ended) // it may have ended meanwhile, and is on no list then
        mark(tools::status_uri(id));
  }
  for (const std::string& id : m_settings.ids) {
    const auto known = m_known.find(id);
    if (known != m_known.end() && known->second.ended && !m_settings.messages)
      continue;
    subscribe(tools::status_uri(id));
    mark(tools::status_uri(id));
    if (!m_settings.messages)
      continue;
    subscribe(tools::messages_uri(id));
    mark(tools::messages_uri(id));
  }
}

void Watcher::subscribe(std::string uri) {
  if (m_up && m_pushes)
    m_actions.emplace_back(Subscribe{std::move(uri)});
}

void Watcher::mark(const std::string& uri) {
  if (std::ranges::find(m_dirty, uri) == m_dirty.end())
    m_dirty.push_back(uri);
}

void Watcher::read_next() {
  if (m_reading || m_dirty.empty() || m_hold)
    return;
  m_reading = m_dirty.front();
  m_dirty.erase(m_dirty.begin());
  m_actions.emplace_back(Read{++m_last_read, *m_reading});
}

/// Without pushes everything is read again when nothing is left to read.
void Watcher::wait() {
  const bool idle = !m_reading && m_dirty.empty();
  if (!m_pushes && idle && !m_look_at)
    m_look_at =
        m_now + std::max(next_look(m_looks++), Millis(1000) * static_cast<int>(m_settings.ids.size() / 5));
  const std::optional<Millis> next = m_hold ? m_hold : m_look_at;
  if (next)
    m_actions.emplace_back(WaitUntil{*next});
}

void Watcher::take_error(const std::string& uri, const Error& error) {
  const std::string id = tools::hiring_of_status_uri(uri);
  const bool asked_for = std::ranges::find(m_settings.ids, id) != m_settings.ids.end();
  if (error.kind == Kind::not_found && !asked_for) {
    m_known.erase(id);
    return;
  }
  ++m_failures;
  if (is_final(error) || error.kind == Kind::not_found || (!m_ever_read && m_failures >= k_bearable)) {
    m_over = true;
    m_actions.emplace_back(Failed{error});
    return;
  }
  mark(uri);
  m_hold = m_now + std::max(next_look(m_failures), error.retry_after.value_or(Millis(0)));
}

// ---- what was read -------------------------------------------------------------------------------------

void Watcher::take_active(const json::Value& payload) {
  auto page = read_hirings(payload);
  if (!page)
    return;
  std::set<std::string> listed;
  for (Hiring& hiring : page->items) {
    listed.insert(hiring.id);
    // Read over REST the list has ended ones, too: they are no news unless we saw them going on.
    if (m_known.contains(hiring.id) || ending_of(hiring) == Ending::none)
      take_hiring(std::move(hiring));
  }
  for (const auto& [id, known] : m_known)
    if (!known.ended && !listed.contains(id))
      mark(tools::status_uri(id)); // off the list: it has ended, and only this tells how
}

void Watcher::take_hiring(Hiring hiring) {
  const bool ended = ending_of(hiring) != Ending::none;
  const auto found = m_known.find(hiring.id);
  const bool first = found == m_known.end();
  const auto when = updated_at(hiring);
  if (!first) {
    const Known& known = found->second;
    const bool older = when && known.updated_at && *when < *known.updated_at;
    if (older || hiring.status == known.status || !may_follow(known.status, known.ended, ended))
      return;
  }
  m_known[hiring.id] = {hiring.status, when, ended};
  m_looks = 0;
  m_actions.emplace_back(News{std::move(hiring), first});
}

void Watcher::take_messages(const std::string& uri, const json::Value& payload) {
  auto page = read_messages(payload);
  if (!page)
    return;
  constexpr std::size_t k_scheme = std::string_view("hiring://").size();
  const std::string id = uri.substr(k_scheme, uri.size() - k_scheme - k_messages.size());
  for (Message& message : page->items)
    if (m_told.insert(fmt::format("{} {} {}", id, message.id, message.id.empty() ? message.content : ""))
            .second)
      m_actions.emplace_back(Written{id, std::move(message)});
}

void Watcher::check_finished() {
  const auto has_ended = [this](const std::string& id) {
    const auto known = m_known.find(id);
    return known != m_known.end() && known->second.ended;
  };
  if (m_settings.ids.empty() || !m_dirty.empty() || !std::ranges::all_of(m_settings.ids, has_ended))
    return;
  m_over = true;
  m_actions.emplace_back(Finished{});
}

bool Watcher::is_followed(const std::string& id) const {
  return m_settings.ids.empty() ? m_known.contains(id)
                                : std::ranges::find(m_settings.ids, id) != m_settings.ids.end();
}

} // namespace agr::agrenting
