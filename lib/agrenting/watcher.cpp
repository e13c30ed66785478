// SPDX-License-Identifier: MIT
#include "agrenting/watcher.hpp"

#include "agrenting/decode.hpp"
#include "agrenting/tools.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace agr::agrenting {
namespace {

constexpr int k_bearable = 3;     // failures in a row before anything was read
constexpr Millis k_blip{1000};    // most sessions are there by then
constexpr Millis k_quiet{60'000}; // of silence, before one look: a push can be lost
constexpr std::string_view k_messages = "/messages";

bool is_final(const Error& error) {
  return error.kind == Kind::auth || error.kind == Kind::forbidden || error.kind == Kind::config ||
         error.kind == Kind::usage;
}

} // namespace

Watcher::Watcher(Settings settings) : m_settings(std::move(settings)) {
  for (const Hiring& hiring : m_settings.told)
    m_known[hiring.id] = standing_of(hiring);
}

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

void Watcher::take(const Silent&) {
  m_pushes = false;
  m_look_at.reset();
}

void Watcher::take(const Pushed& pushed) {
  m_pushes = m_up; // what arrives tells more than what was answered
  const std::string id = tools::hiring_of_status_uri(pushed.uri);
  const bool about_messages =
      m_settings.messages && std::ranges::any_of(m_settings.ids, [&](const std::string& followed) {
        return pushed.uri == tools::messages_uri(followed);
      });
  // One of a hiring never heard of is looked for on the list: strangers' ids are not asked for one by one.
  const bool about_all = m_settings.ids.empty() && (pushed.uri == tools::k_active || !id.empty());
  const bool about_one = about_messages || (!id.empty() && is_followed(id));
  if (!about_one && !about_all)
    return;
  mark(about_one ? pushed.uri : std::string(tools::k_active));
  m_look_at.reset();
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
  const Result<void> taken = got.payload ? take_payload(uri, *got.payload) : fail(got.payload.error());
  if (!taken)
    return take_error(uri, taken.error());
  m_ever_read = true;
  m_failures = 0;
  check_finished();
}

// ---- reading -------------------------------------------------------------------------------------------

void Watcher::look_at_everything() {
  if (m_settings.ids.empty()) {
    subscribe(std::string(tools::k_active));
    mark(std::string(tools::k_active));
  }
  for (const std::string& id : m_settings.ids) {
    const auto known = m_known.find(id);
    if (known != m_known.end() && known->second.ending != Ending::none && !m_settings.messages)
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

/// Everything is read again some time after nothing is left to read.
void Watcher::wait() {
  const bool idle = !m_reading && m_dirty.empty();
  const int many = static_cast<int>(m_settings.ids.size()); // each is a request
  if (idle && !m_look_at)
    m_look_at = m_now + (m_pushes ? k_quiet + Millis(1000) * many
                                  : std::max(next_look(m_looks++), Millis(1000) * (many / 5)));
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

Result<void> Watcher::take_payload(const std::string& uri, const json::Value& payload) {
  if (uri == tools::k_active)
    return take_active(payload);
  if (uri.ends_with(k_messages))
    return take_messages(uri, payload);
  AGR_TRY_ASSIGN(Hiring hiring, read_hiring(payload));
  if (hiring.id != tools::hiring_of_status_uri(uri))
    return fail({Kind::protocol, fmt::format("Agrenting answered {} with another hiring", printable(uri))});
  take_hiring(std::move(hiring));
  return {};
}

Result<void> Watcher::take_active(const json::Value& payload) {
  AGR_TRY_ASSIGN(auto page, read_hirings(payload));
  std::set<std::string> listed;
  for (Hiring& hiring : page.items) {
    listed.insert(hiring.id);
    // Read over REST the list has ended ones, too: they are no news unless we saw them going on.
    if (m_known.contains(hiring.id) || ending_of(hiring) == Ending::none)
      take_hiring(std::move(hiring));
  }
  for (const auto& [id, known] : m_known)
    if (known.ending == Ending::none && !listed.contains(id))
      mark(tools::status_uri(id)); // off the list: it has ended, and only this tells how
  return {};
}

void Watcher::take_hiring(Hiring hiring) {
  Standing seen = standing_of(hiring);
  const auto found = m_known.find(hiring.id);
  const bool first = found == m_known.end();
  if (!first && !is_news(found->second, seen))
    return;
  m_known[hiring.id] = std::move(seen);
  m_looks = 0;
  m_actions.emplace_back(News{std::move(hiring), first});
}

Result<void> Watcher::take_messages(const std::string& uri, const json::Value& payload) {
  AGR_TRY_ASSIGN(auto page, read_messages(payload));
  constexpr std::size_t k_scheme = std::string_view("hiring://").size();
  const std::string id = uri.substr(k_scheme, uri.size() - k_scheme - k_messages.size());
  for (Message& message : page.items)
    if (m_told.insert(fmt::format("{} {} {}", id, message.id, message.id.empty() ? message.content : ""))
            .second)
      m_actions.emplace_back(Written{id, std::move(message)});
  return {};
}

void Watcher::check_finished() {
  const auto has_ended = [this](const std::string& id) {
    const auto known = m_known.find(id);
    return known != m_known.end() && known->second.ending != Ending::none;
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
