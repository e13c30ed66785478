// SPDX-License-Identifier: MIT
#include "serve/scribe.hpp"

#include <iterator>
#include <utility>

namespace agr::serve {
namespace {
constexpr Millis k_idle{10'000};
constexpr Millis k_noted{1'000};
} // namespace

struct Scribe::File {
  std::string path;
  std::optional<Journal> journal = {};
};

Scribe::Scribe(net::Loop& loop, std::string path, std::function<void(Error)> on_failure)
    : m_loop(loop), m_file(new File{.path = std::move(path)}), m_on_failure(std::move(on_failure)) {}

Scribe::~Scribe() {
  m_loop.cancel(m_idle);
  m_loop.cancel(m_no_later);
}

void Scribe::append(std::vector<Entry> lines, Time now) {
  std::move(lines.begin(), lines.end(), std::back_inserter(m_next.lines));
  m_next.now = now;
}

void Scribe::note(std::vector<Entry> lines, Time now) {
  append(std::move(lines), now);
  if (std::exchange(m_is_noted, true))
    return; // not put off by more of them
  m_no_later = m_loop.after(k_noted, [this] {
    m_is_noted = false;
    if (m_next.lines.empty())
      return;
    m_next.then.emplace_back([](const Batch&) {});
    begin_soon();
  });
}

void Scribe::write(std::vector<Entry> lines, Time now, std::function<void()> then) {
  append(std::move(lines), now);
  m_next.then.emplace_back([then = std::move(then)](const Batch&) { then(); });
  begin_soon();
}

void Scribe::look_up(const std::string& id, std::function<void(std::optional<Entry>)> then) {
  m_next.then.emplace_back(
      [at = m_next.wanted.size(), then = std::move(then)](const Batch& batch) { then(batch.known[at]); });
  m_next.wanted.push_back(id);
  begin_soon();
}

void Scribe::compact(Time before) {
  m_next.compact_before = before;
  begin_soon();
}

void Scribe::begin_soon() {
  if (!m_current && !m_failed)
    commit();
}

Result<void> Scribe::carry_out(File& file, Batch& batch) {
  if (!file.journal) {
    AGR_TRY_ASSIGN(auto journal, Journal::open(file.path));
    file.journal = std::move(journal);
  }
  if (!batch.lines.empty())
    AGR_TRY(file.journal->write(batch.lines, batch.now));
  for (const auto& id : batch.wanted) {
    AGR_TRY_ASSIGN(auto entry, file.journal->latest(id));
    batch.known.push_back(std::move(entry));
  }
  if (batch.compact_before)
    AGR_TRY(file.journal->compact(*batch.compact_before));
  return {};
}

void Scribe::commit() {
  m_current = std::make_shared<Batch>(std::exchange(m_next, {}));
  m_loop.cancel(m_idle);
  const bool is_needed = !m_current->lines.empty() || !m_current->wanted.empty() || m_current->compact_before;
  if (!is_needed)
    return m_loop.post([this] { committed({}); });
  auto result = std::make_shared<Result<void>>();
  m_loop.background([file = m_file, batch = m_current, result] { *result = carry_out(*file, *batch); },
                    [this, result] { committed(*result); });
}

void Scribe::committed(const Result<void>& result) {
  const auto batch = std::exchange(m_current, nullptr);
  if (!result) {
    m_failed = true;
    return m_on_failure(result.error());
  }
  for (const auto& then : batch->then)
    then(*batch);
  if (m_current)
    return;
  if (!m_next.then.empty() || m_next.compact_before)
    commit();
  else
    close_when_idle();
}

void Scribe::close_when_idle() {
  m_loop.cancel(m_idle);
  m_idle = m_loop.after(k_idle, [this] {
    // As a commit of its own, so that no other job touches the file meanwhile.
    m_current = std::make_shared<Batch>();
    m_loop.background([file = m_file] { file->journal.reset(); },
                      [this] {
                        m_current = nullptr;
                        if (!m_next.then.empty() || m_next.compact_before)
                          commit();
                      });
  });
}

} // namespace agr::serve
