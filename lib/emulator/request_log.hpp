// SPDX-License-Identifier: MIT
#pragma once

#include "base/time.hpp"
#include "json/value.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <string>

namespace agr::emulator {

/// The latest requests to the marketplaces and what became of them, for people. No credential, no body and no
/// query ever gets in: they may hold secrets. In memory, of this process.
class RequestLog {
public:
  /// Gives the number of the line.
  std::uint64_t came_in(Time at, std::string method, std::string path, std::string who);
  void met_fault(std::uint64_t number, std::string fault);
  void answered(std::uint64_t number, int status);

  /// The lines after that number, oldest first.
  [[nodiscard]] json::Value lines(std::uint64_t after) const;

private:
  struct Line {
    std::uint64_t number;
    Time at;
    std::string method;
    std::string path;
    std::string who; ///< "agent", "buyer", "user", or empty
    std::optional<int> status = {};
    std::string fault = {};
  };
  Line* find(std::uint64_t number);

  std::deque<Line> m_lines;
  std::uint64_t m_last = 0;
};

} // namespace agr::emulator
