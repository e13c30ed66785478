// SPDX-License-Identifier: MIT
#include "serve/offer.hpp"
#include "serve/rules.hpp"
#include "serve/worker.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace agr::serve {

void Worker::take(const HiringsListed& listed) {
  note_accepted();
  m_polling.answered();
  std::unordered_set<std::string_view> ids;
  for (const auto& offer : listed.offers)
    ids.insert(offer.id);
  std::erase_if(m_ignored, [&](const std::string& id) { return !ids.contains(id); });
  for (const auto& offer : listed.offers)
    note_offer(offer);
  check_unlisted(ids);
  if (!m_settings.has_stream)
    come_online();
}

void Worker::take(const ListFailed& failed) {
  if (!m_settings.has_stream)
    go_offline(failed.error, m_settings.poll_while_down);
}

void Worker::note_offer(const Offer& offer) {
  if (!is_workable(offer.status) || has_enough())
    return;
  if (!is_safe_id(offer.id))
    return ignore(offer.id, "a hiring whose id is no plain word");
  if (Hiring* hiring = find(offer.id)) {
    // Lists overtake each other, so this may also be news from before.
    if (compare(hiring->entry.dispatch, offer.dispatch) == Same::no && !is_reporting(hiring->entry.state) &&
        !hiring->abandoned)
      read(*hiring);
    return;
  }
  if (m_ignored.contains(offer.id))
    return;
  const auto [found, is_new] = m_unclear.try_emplace(offer.id);
  if (is_new)
    m_step.now.emplace_back(LookUp{offer.id});
  auto& unclear = found->second;
  if (!unclear.offer)
    unclear.offer = offer;
  // Announced before and being read: this is an answer, too.
  if (unclear.reading && !unclear.last)
    begin(m_unclear.extract(found).mapped(), offer);
}

/// Nobody's word is taken for what a hiring is: the marketplace is asked before it is begun.
void Worker::take(const Announced& announced) {
  if (find(announced.id) != nullptr)
    return answer({announced.ticket}, true);
  if (has_enough() || !is_safe_id(announced.id))
    return answer({announced.ticket}, false);
  const auto [found, is_new] = m_unclear.try_emplace(announced.id);
  if (is_new)
    m_step.now.emplace_back(LookUp{announced.id});
  found->second.extras = announced.extras;
  found->second.callers.push_back(announced.ticket);
}

/// After the lines of this step: what a crash could take away again is not acknowledged.
void Worker::answer(const std::vector<Ticket>& callers, bool is_safe) {
  for (const auto ticket : callers)
    if (is_safe)
      m_step.after.emplace_back(Acknowledge{ticket});
    else
      m_step.now.emplace_back(Refuse{ticket});
}

bool Worker::has_enough() const {
  return m_drain_until || (m_settings.once && (m_once_code || !m_open.empty()));
}

void Worker::take(const LookedUp& known) {
  const auto found = m_unclear.find(known.id);
  if (found == m_unclear.end())
    return;
  auto& unclear = found->second;
  unclear.last = known.last;
  const bool is_over = known.last && (unclear.offer ? !may_be_new(*known.last, unclear.offer->dispatch)
                                                    : known.last->state == State::done);
  if (is_over) {
    if (unclear.offer)
      ignore(known.id, "this hiring was worked on and closed before; it is not run a second time");
    return answer(m_unclear.extract(found).mapped().callers, true);
  }
  if (unclear.offer && !unclear.last) {
    const auto node = m_unclear.extract(found);
    return begin(node.mapped(), *node.mapped().offer);
  }
  unclear.reading = true;
  m_step.now.emplace_back(ReadHiring{known.id});
}

/// A hiring that was announced, or closed and offered again: begun only when the marketplace, asked just now,
/// says that it waits for its agent. What could not be asked the next list brings again.
void Worker::clear_up(const ReadBack& answer) {
  const auto found = m_unclear.find(answer.id);
  if (found == m_unclear.end() || !found->second.reading)
    return;
  const auto node = m_unclear.extract(found);
  const auto& [offer, last, reading, extras, callers] = node.mapped();
  if (!answer.hiring || !*answer.hiring)
    return this->answer(callers, false);
  const Offer& view = **answer.hiring;
  const bool is_over = has_ended(view.status) || (last && !may_be_new(*last, view.dispatch));
  if (is_over || !is_workable(view.status)) {
    if (offer)
      ignore(answer.id, "this hiring has ended; it is not run a second time");
    return this->answer(callers, is_over);
  }
  if (offer && compare(offer->dispatch, view.dispatch) == Same::no) {
    m_step.now.emplace_back(ListPending{}); // what was offered is older than what there is
    return this->answer(callers, false);
  }
  begin(node.mapped(), offer.value_or(view));
}

void Worker::begin(const Unclear& unclear, Offer offer) {
  if (has_enough())
    return answer(unclear.callers, false);
  add_missing(offer, unclear.extras);
  const auto& last = unclear.last;
  auto& hiring = m_open[offer.id];
  hiring.entry = Entry{.id = offer.id,
                       .round = last ? last->round + 1 : 1,
                       .dispatch = offer.dispatch,
                       .attempt = last ? last->attempt : 0,
                       .attempts_before = last ? last->attempt : 0,
                       .hiring = offer.hiring,
                       .deadline = offer.deadline,
                       .seen_at = m_now};
  touch(hiring);
  log({.event = "hiring",
       .hiring_id = offer.id,
       .text = offer.summary,
       .fields = json::Value::object({{"round", hiring.entry.round}})});
  answer(unclear.callers, true);
}

/// Says so once, for as long as it is listed.
void Worker::ignore(const std::string& id, std::string_view why) {
  if (m_ignored.insert(id).second)
    log({.level = Log::Level::warning,
         .event = "ignored",
         .hiring_id = is_safe_id(id) ? id : "",
         .text = std::string(why)});
}

/// What is no longer offered may have been cancelled: asked before it is believed, because lists overtake
/// each other.
void Worker::check_unlisted(const std::unordered_set<std::string_view>& listed) {
  for (auto& [id, hiring] : m_open)
    if (!listed.contains(id) && !hiring.abandoned && !is_reporting(hiring.entry.state))
      read(hiring);
}

void Worker::take(const JournalLoaded& journal) {
  m_polling.begin(m_now, m_settings.poll_while_down);
  for (const auto& entry : journal.open) {
    auto& hiring = m_open[entry.id];
    hiring.entry = entry;
    log({.event = "recovered",
         .hiring_id = entry.id,
         .text = fmt::format("was {} when the worker stopped", serve::name_of(entry.state)),
         .fields = json::Value::object({{"state", serve::name_of(entry.state)}})});
    if (is_busy(entry.state))
      m_step.now.emplace_back(
          FindHandler{entry.id, entry.attempt, entry.hiring, entry.deadline, entry.state == State::running});
    else if (entry.state == State::held)
      m_step.now.emplace_back(LookForOrder{entry.id, entry.attempt});
    else if (entry.state == State::finished)
      m_step.now.emplace_back(UploadArtifacts{entry.id, entry.attempt});
    else if (entry.state == State::submitting)
      read(hiring);
  }
}

} // namespace agr::serve
