// SPDX-License-Identifier: MIT
#include "emulator/masking.hpp"

#include <doctest/doctest.h>

#include <utility>
#include <vector>

using agr::emulator::without_keys;

TEST_CASE("a key that is part of a path is not shown") {
  const std::string key(43, 'x');
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"/a/ap_" + key + "/b", "/a/ap_.../b"},
      {"/ah_" + key, "/ah_..."},
      {"/sk_sandbox_" + key, "/sk_..."},
      {"/github_pat_" + key, "/github_pat_..."},
      {"/ap_short/ah_", "/ap_short/ah_"},
      {"/agents/did:example:alice", "/agents/did:example:alice"},
      {"", ""}};
  for (const auto& [path, shown] : cases)
    CHECK(without_keys(path) == shown);
}
