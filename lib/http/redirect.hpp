// SPDX-License-Identifier: MIT
#pragma once

#include "http/message.hpp"

namespace agr::http {

/// 301, 302, 303, 307 and 308.
bool is_redirect(const Response& response);

/// The request to make instead, after `followed` redirects so far. A credential never crosses to another
/// origin; the one exception is the "www." pair of a request that allows it (Follow::www_pair). Errors:
/// Kind::protocol, naming the target that was not followed.
Result<Request> follow(const Request& request, const Response& response, int followed);

} // namespace agr::http
