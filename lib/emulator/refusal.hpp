// SPDX-License-Identifier: MIT
#pragma once

#include "base/result.hpp"

#include <string>
#include <string_view>

namespace agr::emulator {

/// A request that is turned down for a reason the caller may know. Travels as an Error with an HTTP status;
/// an Error without one is a fault of the emulator and becomes a 500. `field` names the member that is wrong.
inline tl::unexpected<Error> refuse(int status, std::string_view code, std::string message,
                                    std::string_view field = {}) {
  Error error{Kind::failed, std::move(message), std::string(field), std::string(code)};
  error.http_status = status;
  return fail(std::move(error));
}

inline bool is_refusal(const Error& error) {
  return error.http_status.has_value();
}

inline std::string_view field_of(const Error& refusal) {
  return refusal.hint;
}

} // namespace agr::emulator
