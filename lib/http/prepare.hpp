// SPDX-License-Identifier: MIT
#pragma once

#include "http/message.hpp"

namespace agr::http {

/// The request with the headers every request of ours has, checked: a credential goes to the origin it was
/// saved for and to no other, over https or to this machine; no header holds a line break. Preparing twice
/// changes nothing. Errors: Kind::config for the credential, Kind::usage for the rest.
Result<Request> prepare(Request request);

} // namespace agr::http
