// SPDX-License-Identifier: MIT
#pragma once

#include "mcp/session.hpp"

#include <string>
#include <string_view>

// For this room's .cpp files only: what both kinds of session say and judge alike.

namespace agr::mcp {

bool is_2xx(int status);
/// Compares up to the parameters: "text/event-stream; charset=utf-8" is text/event-stream.
bool is_media_type(std::string_view content_type, std::string_view essence);
/// A stranger's words, shortened.
std::string quote(std::string_view text);
/// "tools/call submit_hiring_result", "resources/read hiring://pending"
std::string label_of(const Call& call);

Error rpc_failure(std::string_view label, const RpcError& error);
Error bad_status(std::string_view what, int status);
Error lost(std::string_view label, std::string_view why);
Error not_sent(std::string_view label, std::string_view why);

bool is_known_revision(std::string_view revision);
Error unknown_revision(std::string_view revision);
json::Value initialize_params(const Settings& settings, std::string_view revision);

} // namespace agr::mcp
