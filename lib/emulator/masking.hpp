// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace agr::emulator {

/// A path as it may be shown: what looks like a key by its prefix, put there by mistake, is left out. An
/// agent's key has no shape and cannot be told from an id.
std::string without_keys(std::string_view path);

} // namespace agr::emulator
