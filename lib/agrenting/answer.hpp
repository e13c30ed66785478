// SPDX-License-Identifier: MIT
#pragma once

#include "agrenting/decode.hpp"
#include "http/message.hpp"

#include <string_view>

namespace agr::agrenting {

/// What the service refused, sharpened.
Error refusal_of(const http::Response& response, std::string_view attempted);

/// The JSON of a 2xx answer, or what the service refused, sharpened. `attempted` says what was tried, for
/// the message: as a noun: "hiring did:example:alice". Errors: by status and code; Kind::protocol when a 2xx
/// is no JSON.
Result<json::Value> document_of(const http::Response& response, std::string_view attempted);

/// An answer as the object it stands for: `decode(response, read_hiring, "reading hiring 42")`.
template <class T>
Result<T> decode(const http::Response& response, Result<T> (*read)(const json::Value&),
                 std::string_view attempted) {
  AGR_TRY_ASSIGN(const json::Value document, document_of(response, attempted));
  return read(document);
}

} // namespace agr::agrenting
