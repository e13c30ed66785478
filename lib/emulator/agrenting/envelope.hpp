// SPDX-License-Identifier: MIT
#pragma once

#include "emulator/agrenting/settings.hpp"
#include "emulator/router.hpp"
#include "emulator/world.hpp"
#include "json/value.hpp"

namespace agr::emulator::agrenting {

/// The part of a list a caller asked for.
struct Page {
  std::size_t offset = 0;
  std::size_t limit = 20;
};
/// From `limit` (1 to 100), and `cursor`, `page` or `offset`.
Page page_of(const Params& query);

/// {"data": …, "meta": {…}} (docs/wire/agrenting.md, "Envelopes").
Result<Response> success(Turn& turn, int status, json::Value data);

/// The same, with meta.pagination.
Result<Response> success_with_pages(Turn& turn, json::Value data, const Page& page, std::size_t total);

/// One page of `all`, with meta.pagination.
Result<Response> listed(Turn& turn, const json::Value::Array& all, const Params& query);

/// {"data": null, "meta": {…}, "errors": [{code, message, details?}]}; 429 has no data.
Result<Response> failure(Turn& turn, const Error& error);

/// The body as an object; empty counts as {}. Refuses what is not JSON (400) or no object (422).
Result<json::Value> read_body(const Request& request);

/// 422 IDEMPOTENCY_MISMATCH, or 409 IDEMPOTENCY_CONFLICT where that is set: a key that came with another
/// request.
Error key_reused(const Settings& settings);

/// 409 DISPUTE_OPEN: nothing happens to contested work before the dispute is resolved.
tl::unexpected<Error> dispute_open();

/// 422 VALIDATION_ERROR about one member of the body.
tl::unexpected<Error> invalid(std::string_view field, std::string message);

} // namespace agr::emulator::agrenting
