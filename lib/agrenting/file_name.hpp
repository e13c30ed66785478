// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace agr::agrenting {

/// The file name in a Content-Disposition header (RFC 6266, `filename*` before `filename`), as the sender
/// wrote it; empty when there is none.
std::string suggested_name(std::string_view content_disposition);

/// A name that stays in the folder it is written to and hides nothing: the last component without control
/// characters, leading dots or trailing spaces, at most 200 bytes; `fallback` when nothing is left.
std::string safe_name(std::string_view name, std::string_view fallback);

} // namespace agr::agrenting
