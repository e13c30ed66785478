// SPDX-License-Identifier: MIT
#pragma once

#include "base/error.hpp"

#include <tl/expected.hpp>

#include <utility>

namespace agr {

/// A value, or the reason there is none. Nothing in lib/ throws across a room's edge.
template <class T>
using Result = tl::expected<T, Error>;

inline tl::unexpected<Error> fail(Error error) {
  return tl::unexpected<Error>(std::move(error));
}

} // namespace agr

#define AGR_CONCAT_INNER(a, b) a##b
#define AGR_CONCAT(a, b) AGR_CONCAT_INNER(a, b)

/// Runs an expression that gives a Result and returns its error to the caller.
#define AGR_TRY(expression)                                                                                  \
  do {                                                                                                       \
    if (auto agr_result = (expression); !agr_result)                                                         \
      return ::agr::fail(std::move(agr_result).error());                                                     \
  } while (false)

/// Declares `target` as the value of a Result, or returns its error to the caller.
#define AGR_TRY_ASSIGN(target, expression)                                                                   \
  auto AGR_CONCAT(agr_result_, __LINE__) = (expression);                                                     \
  if (!AGR_CONCAT(agr_result_, __LINE__))                                                                    \
    return ::agr::fail(std::move(AGR_CONCAT(agr_result_, __LINE__)).error());                                \
  target = std::move(*AGR_CONCAT(agr_result_, __LINE__))
