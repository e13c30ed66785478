// SPDX-License-Identifier: MIT
#include "serve/jobs.hpp"

#include <algorithm>

namespace agr::serve {

bool Jobs::may_begin(JobsId who) {
  const bool is_next = m_line.empty() || m_line.front() == who;
  if (has_room() && is_next) {
    if (!m_line.empty())
      m_line.pop_front();
    return true;
  }
  if (std::ranges::find(m_line, who) == m_line.end())
    m_line.push_back(who);
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
  const bool was_next = !m_line.empty() && m_line.front() == who;
  std::erase(m_line, who);
  if (was_next)
    call_next();
}

void Jobs::call_next() {
  if (has_room() && !m_line.empty())
    m_wake(m_line.front());
}

} // namespace agr::serve
