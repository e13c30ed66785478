// SPDX-License-Identifier: MIT
#pragma once

#include "base/error.hpp"

/// What Agrenting's refusals mean to the person who reads them (docs/wire/agrenting-rest.md, "Refusals").
namespace agr::agrenting {

/// Sharpens an error the HTTP layer made of an answer: a more exact kind where the service's code or its
/// wording tells one, and a hint that names the next command. Anything unknown stays as it is.
Error refine(Error error);

/// Whether a refused hire proves that no hiring exists under its key, so that the key may be forgotten. When
/// the key was sent before (`repeated`), a refusal that comes before the service looks at keys proves
/// nothing.
bool proves_no_hiring(const Error& error, bool repeated);

} // namespace agr::agrenting
