// SPDX-License-Identifier: MIT
#include "serve/rules.hpp"
#include "serve/worker.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace agr::serve {

void Worker::take(const HiringsListed& listed) {
  std::erase_if(m_ignored, [&](const std::string& id) {
    return std::ranges::find(listed.offers, id, &Offer::id) == listed.offers.end();
  });
  for (const auto& offer : listed.offers)
    note_offer(offer);
  check_unlisted(listed);
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
  if (!m_ignored.contains(offer.id) && m_unclear.emplace(offer.id, Unclear{offer}).second)
    m_step.now.emplace_back(LookUp{offer.id});
}

bool Worker::has_enough() const {
  return m_drain_until || (m_settings.once && (m_once_code || !m_open.empty()));
}

void Worker::take(const LookedUp& known) {
  const auto found = m_unclear.find(known.id);
  if (found == m_unclear.end())
    return;
  if (known.last && may_be_new(*known.last, found->second.offer.dispatch)) {
    found->second.last = known.last;
    m_step.now.emplace_back(ReadHiring{known.id});
    return;
  }
  const auto unclear = m_unclear.extract(found);
  if (known.last)
    return ignore(known.id, "this hiring was worked on and closed before; it is not run a second time");
  begin(unclear.mapped().offer, nullptr);
}

/// A closed hiring that is offered again: begun anew only when the marketplace, asked just now, says that
/// it waits for its agent.
void Worker::ask_again(const std::string& id, const Offer& read) {
  const auto unclear = m_unclear.extract(id);
  const auto& [offer, last] = unclear.mapped();
  if (!is_workable(read.status) || !may_be_new(*last, read.dispatch))
    return ignore(id, "this hiring has ended; it is not run a second time");
  if (compare(offer.dispatch, read.dispatch) == Same::no) {
    m_step.now.emplace_back(ListPending{}); // what was offered is older than what there is
    return;
  }
  begin(offer, &*last);
}

void Worker::begin(const Offer& offer, const Entry* last) {
  if (has_enough())
    return;
  auto& hiring = m_open[offer.id];
  hiring.entry = Entry{.id = offer.id,
                       .round = last != nullptr ? last->round + 1 : 1,
                       .dispatch = offer.dispatch,
                       .attempt = last != nullptr ? last->attempt : 0,
                       .attempts_before = last != nullptr ? last->attempt : 0,
                       .hiring = offer.hiring,
                       .deadline = offer.deadline,
                       .seen_at = m_now};
  touch(hiring);
  log({.event = "hiring",
       .hiring_id = offer.id,
       .text = offer.summary,
       .fields = json::Value::object({{"round", hiring.entry.round}})});
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
void Worker::check_unlisted(const HiringsListed& listed) {
  for (auto& [id, hiring] : m_open) {
    const bool is_listed =
        std::ranges::any_of(listed.offers, [&](const Offer& offer) { return offer.id == id; });
    if (!is_listed && !hiring.abandoned && !is_reporting(hiring.entry.state))
      read(hiring);
  }
}

void Worker::take(const JournalLoaded& journal) {
  m_poll_at = m_now + m_settings.poll_while_down;
  for (const auto& entry : journal.open) {
    auto& hiring = m_open[entry.id];
    hiring.entry = entry;
    log({.event = "recovered",
         .hiring_id = entry.id,
         .text = fmt::format("was {} when the worker stopped", serve::name_of(entry.state)),
         .fields = json::Value::object({{"state", serve::name_of(entry.state)}})});
    if (is_busy(entry.state))
      m_step.now.emplace_back(FindHandler{entry.id, entry.attempt});
    else if (entry.state == State::held)
      m_step.now.emplace_back(LookForOrder{entry.id, entry.attempt});
    else if (entry.state == State::finished)
      m_step.now.emplace_back(UploadArtifacts{entry.id, entry.attempt});
    else if (entry.state == State::submitting)
      read(hiring);
  }
}

} // namespace agr::serve
