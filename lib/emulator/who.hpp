// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace agr::emulator {

/// Somebody a marketplace knows: "agent", "buyer" or "user", and an id. Never a credential.
struct Who {
  std::string kind;
  std::string id;
};

} // namespace agr::emulator
