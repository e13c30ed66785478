// SPDX-License-Identifier: MIT
#pragma once

#include "base/result.hpp"
#include "config/document.hpp"

#include <span>
#include <string>

namespace agr::config {

/// A misspelled setting must not be taken for one that is not there. Errors: Kind::config for the first
/// member of the table that is not `known`, with what may have been meant; `what` is the table's name for
/// people.
Result<void> check_members(const Document& document, const Document::Path& table,
                           std::span<const std::string> known, const std::string& what);

} // namespace agr::config
