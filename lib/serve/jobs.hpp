// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <map>

namespace agr::serve {

/// Names a worker among those that share Jobs.
enum class JobsId : std::uint64_t {};

/// The handlers all agents of one process may run at the same time, given out in turn: who waits longest is
/// next, and then goes to the end of the line. Pure.
class Jobs {
public:
  /// `most` 0 means no limit. `wake` is told whose turn it is; that one should try again soon.
  Jobs(int most, std::function<void(JobsId)> wake) : m_most(most), m_wake(std::move(wake)) {}

  /// Whether this worker may begin one more handler now; else it is in line.
  bool may_begin(JobsId who);
  /// How many it runs; to be told whenever that changes.
  void running(JobsId who, int count);
  /// It has nothing to begin: out of the line, the next one please.
  void pass(JobsId who);

  [[nodiscard]] int running() const { return m_sum; }

private:
  [[nodiscard]] bool has_room() const { return m_most == 0 || m_sum < m_most; }
  [[nodiscard]] bool is_next(JobsId who) const { return !m_line.empty() && m_line.begin()->second == who; }
  void leave_line(JobsId who);
  void call_next();

  int m_most;
  std::function<void(JobsId)> m_wake;
  std::map<JobsId, int> m_running;         // those with any
  std::map<std::uint64_t, JobsId> m_line;  // by when they came
  std::map<JobsId, std::uint64_t> m_place; // in it
  std::uint64_t m_last_place = 0;
  int m_sum = 0;
};

} // namespace agr::serve
