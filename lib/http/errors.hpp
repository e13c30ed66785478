// SPDX-License-Identifier: MIT
#pragma once

#include "http/message.hpp"

#include <string_view>

namespace agr::http {

/// An answer that is not 2xx as an error: the kind from status and code, the service's own words (made
/// printable, shortened), its code, the request id and Retry-After. Knows every form of error body the two
/// marketplaces are known to send (docs/wire/agrenting.md and agentsgethired.md, "Errors"). `attempted`
/// is what was tried: "hire did:example:alice".
Error error_of(const Response& response, std::string_view attempted);

} // namespace agr::http
