// SPDX-License-Identifier: MIT
#pragma once

#include "base/error.hpp"

namespace agr::serve {

/// What a failed report to the marketplace means for the next step.
enum class Answer {
  repeat,     ///< it certainly was not taken; try again after a wait
  look,       ///< it may have been taken: read the hiring before anything is sent again
  refused,    ///< it was not taken and never will be
  locked_out, ///< the key is not accepted any more
};

/// docs/wire/agrenting-rest.md: a repeated result is answered 404, a hiring that has ended 409.
Answer meaning_of(const Error& error);

} // namespace agr::serve
