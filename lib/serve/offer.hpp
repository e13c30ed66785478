// SPDX-License-Identifier: MIT
#pragma once

#include "agrenting/types.hpp"
#include "serve/step.hpp"

namespace agr::serve {

Offer offer_of(const agrenting::Hiring& hiring);

/// Gives the hiring members it does not have.
void add_missing(Offer& offer, const json::Value& members);

/// The hirings in a list, in whichever form it came. Errors: Kind::protocol.
Result<HiringsListed> read_offers(const json::Value& document);

/// The same in the answer to `resources/read` of hiring://pending, where the list is a JSON text
/// (docs/wire/mcp.md).
Result<HiringsListed> read_resource(const json::Value& result);

} // namespace agr::serve
