// SPDX-License-Identifier: MIT
#pragma once

#include "base/result.hpp"
#include "emulator/message.hpp"

namespace agr::emulator {

/// Turns away what must not reach a marketplace on this machine: a Host or Origin that is not loopback (a web
/// page that rebinds its name to 127.0.0.1), with 403 and the value refused; a body over the limit, with 413.
Result<void> guard(const Request& request);

} // namespace agr::emulator
