// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>

namespace agr::process {

/// Bytes that everything below the folder takes on disk, not following links; stops counting beyond `limit`.
std::uint64_t disk_use(const std::string& folder, std::uint64_t limit);

} // namespace agr::process
