// SPDX-License-Identifier: MIT
#include "serve/jobs.hpp"

namespace agr::serve {

bool Jobs::may_begin(JobsId who) {
  if (has_room() && (m_line.empty() || is_next(who))) {
    leave_line(who);
    return true;
  }
  if (m_place.try_emplace(who, m_last_place + 1).second)
    m_line[++m_last_place] = who;
  return false;
}

void Jobs::running(JobsId who, int count) {
  const auto found = m_running.find(who);
  const int before = found == m_running.end() ? 0 : found->second;
  m_sum += count - before;
  if (count > 0)
    m_running[who] = count;
  else if (found != m_running.end())
    m_running.erase(found);
  if (count < before)
    call_next();
}

void Jobs::pass(JobsId who) {
  const bool was_next = is_next(who);
  leave_line(who);
  if (was_next)
    call_next();
}

void Jobs::leave_line(JobsId who) {
  if (const auto place = m_place.extract(who))
    m_line.erase(place.mapped());
}

void Jobs::call_next() {
  if (has_room() && !m_line.empty())
    m_wake(m_line.begin()->second);
}

} // namespace agr::serve
