// SPDX-License-Identifier: MIT
#include "agrenting/answer.hpp"

#include "agrenting/refusal.hpp"
#include "http/errors.hpp"

#include <fmt/format.h>

namespace agr::agrenting {
namespace {

/// A 2xx that lists errors is a failure all the same (docs/wire/agrenting-rest.md, "Envelope").
bool lists_errors(const json::Value& document) {
  return !document["errors"].items().empty();
}

} // namespace

Error refusal_of(const http::Response& response, std::string_view attempted) {
  return refine(http::error_of(response, attempted));
}

Result<json::Value> document_of(const http::Response& response, std::string_view attempted) {
  if (!response.ok())
    return fail(refusal_of(response, attempted));
  auto document = json::parse(response.body);
  if (!document)
    return fail({Kind::protocol,
                 fmt::format("{}: Agrenting answered {} with something that is no JSON: {}", attempted,
                             response.status, document.error().message),
                 "check the URL with `agr auth status`"});
  if (lists_errors(*document))
    return fail(refusal_of(response, attempted));
  return std::move(*document);
}

} // namespace agr::agrenting
