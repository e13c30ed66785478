// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

namespace agr::process {

/// As exec and posix_spawn take them; good as long as `texts` is not touched.
inline std::vector<char*> pointers_to(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (const auto& text : texts)
    pointers.push_back(const_cast<char*>(text.c_str())); // they promise not to write
  pointers.push_back(nullptr);
  return pointers;
}

} // namespace agr::process
