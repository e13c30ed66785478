// SPDX-License-Identifier: MIT
#pragma once

#include "base/secret.hpp"
#include "http/message.hpp"

#include <string>

namespace agr::http {

// What --verbose shows: one line per header ("> " going out, "< " coming in) and the start of the body.
// Credentials never show: their headers and JSON members are masked by name, known secrets by the redactor,
// and control characters are made visible.

std::string trace_request(const Request& request, const Redactor& redactor);
std::string trace_response(const Response& response, const Redactor& redactor);

} // namespace agr::http
