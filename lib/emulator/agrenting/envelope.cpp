// SPDX-License-Identifier: MIT
#include "emulator/agrenting/envelope.hpp"

#include "emulator/refusal.hpp"

#include <fmt/format.h>

#include <charconv>

namespace agr::emulator::agrenting {
namespace {

constexpr std::size_t k_max_page = 100;

Result<json::Value> meta(Turn& turn) {
  AGR_TRY_ASSIGN(const std::string id, turn.world.fresh_uuid());
  return json::Value::object({{"version", "1.0"}, {"timestamp", rfc3339(turn.now)}, {"request_id", id}});
}

std::optional<std::size_t> number(std::string_view text) {
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size())
    return std::nullopt;
  return value;
}

std::string cursor_for(std::size_t offset) {
  return base64url(fmt::format("{{\"offset\":{}}}", offset));
}

std::optional<std::size_t> offset_in(std::string_view cursor) {
  const auto text = base64_decode(cursor);
  const auto value = text ? json::parse(*text) : fail({});
  const auto offset = value ? (*value)["offset"].as_integer() : std::nullopt;
  return offset && *offset >= 0 ? std::optional(static_cast<std::size_t>(*offset)) : std::nullopt;
}

/// {total_count, cursor, has_more}
json::Value pagination(const Page& page, std::size_t total) {
  const std::size_t next = page.offset + page.limit;
  const bool has_more = next < total;
  return json::Value::object({{"total_count", total},
                              {"cursor", has_more ? json::Value(cursor_for(next)) : json::Value()},
                              {"has_more", has_more}});
}

std::string_view code_of(const Error& error) {
  return is_refusal(error) ? std::string_view(error.code) : "INTERNAL_ERROR";
}

json::Value error_entry(const Error& error) {
  json::Value entry = json::Value::object({{"code", code_of(error)}, {"message", error.message}});
  if (is_refusal(error) && !field_of(error).empty())
    entry.set("details",
              json::Value::object({{field_of(error), json::Value::array({json::Value(error.message)})}}));
  return entry;
}

} // namespace

Result<Response> success(Turn& turn, int status, json::Value data) {
  AGR_TRY_ASSIGN(json::Value about, meta(turn));
  return json_response(status, json::Value::object({{"data", std::move(data)}, {"meta", std::move(about)}}));
}

Result<Response> success_with_pages(Turn& turn, json::Value data, const Page& page, std::size_t total) {
  AGR_TRY_ASSIGN(json::Value about, meta(turn));
  about.set("pagination", pagination(page, total));
  return json_response(200, json::Value::object({{"data", std::move(data)}, {"meta", std::move(about)}}));
}

Result<Response> listed(Turn& turn, const json::Value::Array& all, const Params& query) {
  const Page page = page_of(query);
  json::Value part = json::Value::array();
  for (std::size_t i = page.offset; i < std::min(all.size(), page.offset + page.limit); ++i)
    part.push(all[i]);
  return success_with_pages(turn, std::move(part), page, all.size());
}

Result<Response> failure(Turn& turn, const Error& error) {
  AGR_TRY_ASSIGN(json::Value about, meta(turn));
  const int status = error.http_status.value_or(500);
  json::Value body = json::Value::object(
      {{"data", nullptr}, {"meta", std::move(about)}, {"errors", json::Value::array({error_entry(error)})}});
  if (status == 429)
    body.remove("data");
  AGR_TRY_ASSIGN(const Settings settings, settings_of(turn));
  if (status == 401 && settings.errors_as_object)
    body = json::Value::object({{"errors", json::Value::object({{"message", error.message}})}});
  return json_response(status, body);
}

Page page_of(const Params& query) {
  Page page;
  if (const auto limit = number(query.get("limit")))
    page.limit = std::clamp<std::size_t>(*limit, 1, k_max_page);
  if (const auto cursor = offset_in(query.get("cursor")))
    page.offset = *cursor;
  else if (const auto number_of_page = number(query.get("page")); number_of_page && *number_of_page > 0)
    page.offset = std::min<std::size_t>(*number_of_page - 1, 1'000'000) * page.limit;
  else
    page.offset = std::min<std::size_t>(number(query.get("offset")).value_or(0), 100'000'000);
  return page;
}

Result<json::Value> read_body(const Request& request) {
  if (trim(request.body).empty())
    return json::Value::object();
  json::ReadLimits limits;
  limits.bytes = k_max_body;
  auto body = json::parse(request.body, limits);
  if (!body)
    return refuse(400, "BAD_REQUEST", "The body is not JSON: " + printable(body.error().message));
  if (!body->is_object())
    return refuse(422, "VALIDATION_ERROR", "The body must be a JSON object");
  return std::move(*body);
}

Error key_reused(const Settings& settings) {
  constexpr std::string_view message = "This idempotency key was used with a different request";
  return settings.conflict_on_key ? refuse(409, "IDEMPOTENCY_CONFLICT", std::string(message)).value()
                                  : refuse(422, "IDEMPOTENCY_MISMATCH", std::string(message)).value();
}

tl::unexpected<Error> dispute_open() {
  return refuse(409, "DISPUTE_OPEN", "A dispute is open: it must be resolved first");
}

tl::unexpected<Error> invalid(std::string_view field, std::string message) {
  return refuse(422, "VALIDATION_ERROR", std::move(message), field);
}

} // namespace agr::emulator::agrenting
