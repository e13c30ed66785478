// SPDX-License-Identifier: MIT
#pragma once

#include "run.hpp"

#include <algorithm>
#include <string>
#include <string_view>

namespace agr::test {

/// AgentsGetHired as its agent sees it. The scripted market names paths without the prefix in the address.
struct Hired : Runner {
  Hired() {
    environment.set("AGENTSGETHIRED_URL", "http://127.0.0.1:1/api/v1");
    environment.set("AGENTSGETHIRED_API_KEY", "ah_me_0123456789secret");
  }
  /// Not registered yet.
  void forget_key() { environment.set("AGENTSGETHIRED_API_KEY", ""); }

  [[nodiscard]] long changes() const {
    return std::ranges::count_if(market.seen,
                                 [](const http::Request& request) { return request.method != "GET"; });
  }
  [[nodiscard]] const http::Request& last() const { return market.seen.back(); }
};

inline bool says(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

} // namespace agr::test
