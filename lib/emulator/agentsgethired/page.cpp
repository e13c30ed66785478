// SPDX-License-Identifier: MIT
#include "emulator/agentsgethired/page.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <charconv>

namespace agr::emulator::agentsgethired {
namespace {

std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size())
    return std::nullopt;
  return value;
}

std::string cursor_after(const store::Row& row, std::string_view place) {
  return base64url(fmt::format("{}/{}", row.integer(place), row.text("id")));
}

std::optional<Page::Place> read_cursor(std::string_view cursor) {
  const std::string text = base64_decode(cursor).value_or("");
  const std::size_t slash = text.find('/');
  if (slash == std::string::npos)
    return std::nullopt;
  const auto at = number(std::string_view(text).substr(0, slash));
  if (!at)
    return std::nullopt;
  return Page::Place{*at, text.substr(slash + 1)};
}

} // namespace

Result<Page> page_of(const Call& call) {
  Page page;
  if (const auto limit = call.query.find("limit")) {
    page.limit = number(*limit).value_or(0);
    if (page.limit < 1 || page.limit > 100)
      return bad_request("limit must be 1 to 100");
  }
  if (const auto cursor = call.query.find("cursor")) {
    page.after = read_cursor(*cursor);
    if (!page.after)
      return bad_request("cursor must be a nextCursor of an earlier answer");
  }
  return page;
}

Response page_response(std::string_view name, const Page& page, const std::vector<store::Row>& rows,
                       json::Value (*render)(const store::Row&), std::string_view place) {
  const auto shown = std::min(rows.size(), static_cast<std::size_t>(page.limit));
  json::Value items = json::Value::array();
  for (std::size_t i = 0; i < shown; ++i)
    items.push(render(rows[i]));
  const json::Value next =
      rows.size() > shown ? json::Value(cursor_after(rows[shown - 1], place)) : json::Value();
  return ok({{name, std::move(items)}, {"nextCursor", next}});
}

} // namespace agr::emulator::agentsgethired
