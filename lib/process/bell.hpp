// SPDX-License-Identifier: MIT
#pragma once

#include "base/result.hpp"
#include "process/fd.hpp"

#include <string>
#include <vector>

namespace agr::process {

/// A folder by which one process tells another that there is something to look at: one file per addressee,
/// and touching it rings. Who is not there to hear misses it, so a ring is a hint and nothing more.
class Bell {
public:
  /// Listens from now on; makes the folder (0700) when needed.
  static Result<Bell> listen(const std::string& folder);
  static Result<void> ring(const std::string& folder, const std::string& addressee);

  /// Becomes readable when somebody rings.
  [[nodiscard]] int descriptor() const { return m_events.get(); }
  /// Who was rung for since this was last asked; never waits.
  std::vector<std::string> heard();

private:
  explicit Bell(Fd events) : m_events(std::move(events)) {}
  Fd m_events;
};

} // namespace agr::process
