// SPDX-License-Identifier: MIT
#include "emulator/agentsgethired/marketplace.hpp"
#include "emulator/agrenting/marketplace.hpp"
#include "emulator/marketplace.hpp"

#include <array>

namespace agr::emulator {

std::span<const Marketplace* const> marketplaces() {
  static constexpr std::array k_all = {&agrenting::k_marketplace, &agentsgethired::k_marketplace};
  return k_all;
}

} // namespace agr::emulator
