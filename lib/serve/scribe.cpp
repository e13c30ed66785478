// SPDX-License-Identifier: MIT
#include "serve/scribe.hpp"

#include <iterator>
#include <utility>

namespace agr::serve {

Scribe::Scribe(net::Loop& loop, Journal journal, std::function<void(Error)> on_failure)
    : m_loop(loop), m_journal(std::make_shared<Journal>(std::move(journal))),
      m_on_failure(std::move(on_failure)) {}

void Scribe::write(std::vector<Entry> lines, Time now, std::function<void()> then) {
  std::move(lines.begin(), lines.end(), std::back_inserter(m_next.lines));
  m_next.then.push_back(std::move(then));
  m_next.now = now;
  if (!m_current && !m_failed)
    commit();
}

void Scribe::commit() {
  m_current = std::make_shared<Batch>(std::exchange(m_next, {}));
  if (m_current->lines.empty())
    return m_loop.post([this] { committed({}); });
  auto result = std::make_shared<Result<void>>();
  m_loop.background([journal = m_journal, batch = m_current,
                     result] { *result = journal->write(batch->lines, batch->now); },
                    [this, result] { committed(*result); });
}

void Scribe::committed(const Result<void>& result) {
  const auto batch = std::exchange(m_current, nullptr);
  if (!result) {
    m_failed = true;
    return m_on_failure(result.error());
  }
  for (const auto& then : batch->then)
    then();
  if (!m_current && !m_next.then.empty())
    commit();
}

} // namespace agr::serve
