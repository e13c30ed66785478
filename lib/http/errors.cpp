// SPDX-License-Identifier: MIT
#include "http/errors.hpp"

#include "base/text.hpp"
#include "base/time.hpp"
#include "http/retry.hpp"
#include "json/value.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace agr::http {
namespace {

constexpr std::size_t k_most_columns = 500;       // of words the service meant for us
constexpr std::size_t k_most_stray_columns = 200; // of a body that is no JSON

struct CodeRule {
  std::string_view code;
  Kind kind;
};

// Codes that say more than their status does.
constexpr std::array k_codes{
    CodeRule{"INSUFFICIENT_BALANCE", Kind::money},    CodeRule{"INVALID_AMOUNT", Kind::money},
    CodeRule{"PAYMENT_FAILED", Kind::money},          CodeRule{"IDEMPOTENCY_PENDING", Kind::conflict},
    CodeRule{"IDEMPOTENCY_MISMATCH", Kind::conflict}, CodeRule{"IDEMPOTENCY_CONFLICT", Kind::conflict},
    CodeRule{"VALIDATION_ERROR", Kind::failed},       CodeRule{"RATE_LIMIT_EXCEEDED", Kind::rate_limited},
};

Kind kind_of_status(int status) {
  switch (status) {
  case 401:
    return Kind::auth;
  case 402:
    return Kind::money;
  case 403:
    return Kind::forbidden;
  case 404:
  case 410:
    return Kind::not_found;
  case 409:
  case 412:
  case 423:
    return Kind::conflict;
  case 429:
    return Kind::rate_limited;
  case 408:
  case 425:
    return Kind::unavailable;
  default:
    break;
  }
  if (status >= 500)
    return Kind::unavailable;
  return status >= 400 ? Kind::failed : Kind::protocol;
}

Kind kind_of(int status, std::string_view code) {
  const auto rule =
      std::ranges::find_if(k_codes, [code](const CodeRule& one) { return iequals(one.code, code); });
  return rule == k_codes.end() ? kind_of_status(status) : rule->kind;
}

/// The object that explains: the first of `errors`, `errors` or `error` itself, else the whole body.
const json::Value& explanation_in(const json::Value& body) {
  const json::Value& errors = body["errors"];
  if (errors.is_object())
    return errors;
  if (!errors.items().empty())
    return errors.items().front();
  const json::Value& error = body["error"];
  return error.is_null() ? body : error;
}

std::string listed(const json::Value& texts) {
  std::vector<std::string> parts;
  for (const json::Value& text : texts.items())
    parts.push_back(text.text());
  return texts.is_array() ? join(parts, ", ") : texts.text();
}

/// "; price: must be positive, is too precise; input.url: is invalid", less what the `words` said already
std::string fields_of(const json::Value& explanation, std::string_view words) {
  std::string text;
  for (const json::Member& field : explanation["details"].members())
    if (const std::string why = listed(field.value); why.empty() || words.find(why) == std::string_view::npos)
      text += fmt::format("; {}: {}", field.name, why);
  if (const std::string field = explanation["field"].text(); !field.empty())
    text += fmt::format("; field: {}", field);
  return text;
}

std::string words_of(const json::Value& explanation) {
  if (!explanation.is_object())
    return explanation.text();
  std::string words =
      explanation.first_of({"message", "detail", "title", "error_description", "reason"}).text();
  return words + fields_of(explanation, words);
}

std::string for_terminal(std::string_view text, std::size_t columns = k_most_columns) {
  return shorten(printable(trim(Redactor().apply(text))), columns);
}

std::string hint_for(const Error& error) {
  switch (error.kind) {
  case Kind::auth:
    return "agr auth status shows which key is used; agr login saves a new one";
  case Kind::rate_limited:
    return error.retry_after
               ? fmt::format("repeat it in {}, or let --max-wait cover that", for_people(*error.retry_after))
               : "repeat it later";
  case Kind::unavailable:
    return "repeat it later";
  default:
    return "";
  }
}

/// A body that is not JSON may be a whole web page: its tags say nothing.
bool is_markup(std::string_view body) {
  return trim(body).starts_with('<');
}

std::string request_id_in(const Response& response, const json::Value& body) {
  std::string id = body.at_path("meta.request_id").text();
  if (id.empty())
    id = body["request_id"].text();
  return for_terminal(id.empty() ? response.header("X-Request-Id") : std::string_view(id));
}

} // namespace

Error error_of(const Response& response, std::string_view attempted) {
  const json::Value body = json::parse(response.body).value_or(json::Value());
  const json::Value& explanation = explanation_in(body);
  std::string words = for_terminal(words_of(explanation));
  if (words.empty() && body.is_null() && !is_markup(response.body))
    words = for_terminal(response.body, k_most_stray_columns);
  if (words.empty())
    words = fmt::format("the service answered HTTP {} without saying why", response.status);

  Error error;
  error.code = for_terminal(explanation["code"].is_null() ? body["code"].text() : explanation["code"].text());
  error.kind = kind_of(response.status, error.code);
  error.message = fmt::format("{} failed: {}", attempted, words);
  error.http_status = response.status;
  error.request_id = request_id_in(response, body);
  error.retry_after = retry_after_of(response);
  error.hint = hint_for(error);
  return error;
}

} // namespace agr::http
