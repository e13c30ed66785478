// SPDX-License-Identifier: MIT
#pragma once

#include "http/message.hpp"
#include "http/trust.hpp"

#include <memory>

namespace agr::http {

/// Real exchanges, one at a time, over libcurl: http and https only, no redirects, connections reused,
/// proxies as curl finds them, a body of at most 8 MiB unless a sink takes it. Prepares each request
/// itself, so a credential cannot leave its origin by any way round Client. Errors: as Transport and
/// prepare give them.
std::unique_ptr<Transport> make_curl_transport(const Trust& trust = system_trust());

} // namespace agr::http
