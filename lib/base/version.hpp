// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

namespace agr {
inline constexpr std::string_view k_version = AGR_VERSION;
} // namespace agr
