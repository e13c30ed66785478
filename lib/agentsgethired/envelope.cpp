// SPDX-License-Identifier: MIT
#include "agentsgethired/envelope.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

namespace agr::agentsgethired {
namespace {

Error nonsense(const Operation& operation, std::string_view why) {
  return {.kind = Kind::protocol,
          .message = fmt::format("{} failed: the answer of {} {} {}", operation.attempt, operation.method,
                                 operation.path, why),
          .hint = "run the command again with --verbose to see the exchange"};
}

/// The list inside `whole`, or nothing when it holds none under any known name.
const json::Value* find_list(const json::Value& whole, std::string_view plural, int depth = 1) {
  if (whole.is_array())
    return &whole;
  for (const std::string_view name :
       {plural, std::string_view("items"), std::string_view("data"), std::string_view("results")})
    if (const auto* list = depth >= 0 ? find_list(whole[name], plural, depth - 1) : nullptr)
      return list;
  return nullptr;
}

} // namespace

Result<json::Value> decode_whole(const Operation& operation, std::string_view body) {
  if (trim(body).empty())
    return json::Value();
  auto value = json::parse(body);
  if (!value)
    return fail(nonsense(operation, fmt::format("is not JSON ({})", value.error().message)));
  if ((*value)["ok"].as_bool() == false)
    return fail({.kind = Kind::failed,
                 .message = fmt::format("{} failed: {}", operation.attempt,
                                        printable(value->first_of({"error", "message"}).text()))});
  return value;
}

Result<json::Value> decode_one(const Operation& operation, std::string_view body) {
  AGR_TRY_ASSIGN(auto whole, decode_whole(operation, body));
  if (whole.is_null())
    return whole;
  if (!whole.is_object())
    return fail(nonsense(operation, "is not an object"));
  if (whole[operation.one].is_object())
    return whole[operation.one];
  if (whole.has("id"))
    return whole;
  for (const std::string_view name : {"data", "item", "result"}) {
    const auto& inner = whole[name];
    if (inner[operation.one].is_object())
      return inner[operation.one];
    if (inner.is_object())
      return inner;
  }
  return whole;
}

Result<Page> decode_list(const Operation& operation, std::string_view body) {
  AGR_TRY_ASSIGN(const auto whole, decode_whole(operation, body));
  if (whole.is_null())
    return Page{};
  const auto* list = find_list(whole, operation.many);
  if (list == nullptr)
    return fail(nonsense(operation, "holds no list"));
  const auto& beside = whole["data"].is_object() ? whole["data"] : whole;
  return Page{.items = list->items(),
              .next = whole.has("nextCursor") ? whole["nextCursor"].text() : beside["nextCursor"].text()};
}

} // namespace agr::agentsgethired
