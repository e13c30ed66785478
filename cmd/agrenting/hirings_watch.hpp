// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/frame/command.hpp"

namespace agr::cmd {

/// `agr hirings watch`: a line for each change, as it happens.
Command hirings_watch_command();

} // namespace agr::cmd
