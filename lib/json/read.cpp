// SPDX-License-Identifier: MIT
// The one place that meets simdjson. Its on-demand side is used because it alone gives a number's source
// text; every value is visited, so everything is validated.
#include "base/text.hpp"
#include "json/value.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>

namespace agr::json {
namespace {

namespace od = simdjson::ondemand;

/// A reason why reading stopped; kept apart from Result to keep the recursion small.
using Problem = std::string;

bool is_number(std::string_view text) {
  std::size_t at = text.starts_with('-') ? 1 : 0;
  const auto digits = [&] {
    const std::size_t first = at;
    while (at < text.size() && text[at] >= '0' && text[at] <= '9')
      ++at;
    return at - first;
  };
  const bool leading_zero = at < text.size() && text[at] == '0';
  const std::size_t whole = digits();
  if (whole == 0 || (leading_zero && whole > 1))
    return false;
  if (at < text.size() && text[at] == '.') {
    ++at;
    if (digits() == 0)
      return false;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '+' || text[at] == '-'))
      ++at;
    if (digits() == 0)
      return false;
  }
  return at == text.size();
}

Problem why(simdjson::error_code code) {
  return simdjson::error_message(code);
}

template <class Node>
Problem read(Node node, Value& out, int depth_left, const ReadLimits& limits);

Problem read_array(od::array items, Value& out, int depth_left, const ReadLimits& limits) {
  Value::Array array;
  for (auto item : items) {
    if (item.error())
      return why(item.error());
    if (Problem problem = read(item.value_unsafe(), array.emplace_back(), depth_left, limits);
        !problem.empty())
      return problem;
  }
  out = std::move(array);
  return {};
}

Problem read_object(od::object fields, Value& out, int depth_left, const ReadLimits& limits) {
  Value::Object object;
  for (auto field : fields) {
    std::string_view name;
    if (field.error())
      return why(field.error());
    if (const auto error = field.unescaped_key().get(name))
      return why(error);
    const auto same_name = [&](const Member& member) { return member.name == name; };
    if (!limits.allow_duplicate_names && std::any_of(object.begin(), object.end(), same_name))
      return fmt::format("the member \"{}\" occurs twice", printable(shorten(name, 60)));
    object.push_back({std::string(name), {}});
    if (Problem problem = read(field.value_unsafe().value(), object.back().value, depth_left, limits);
        !problem.empty())
      return problem;
  }
  out = Value(std::move(object));
  return {};
}

template <class Node>
Problem read_scalar(Node& node, od::json_type type, Value& out) {
  if (type == od::json_type::string) {
    std::string_view text;
    if (const auto error = node.get_string().get(text))
      return why(error);
    out = Value(text);
    return {};
  }
  std::string_view token;
  if constexpr (requires { node.raw_json_token().error(); }) {
    if (const auto error = node.raw_json_token().get(token))
      return why(error);
  } else {
    token = node.raw_json_token();
  }
  token = trim(token);
  if (type == od::json_type::number && is_number(token))
    out = Value(Number{std::string(token)});
  else if (type == od::json_type::boolean && (token == "true" || token == "false"))
    out = Value(token == "true");
  else if (type == od::json_type::null && token == "null")
    out = Value();
  else
    return fmt::format("\"{}\" is not a value", printable(shorten(token, 40)));
  return {};
}

template <class Node>
Problem read(Node node, Value& out, int depth_left, const ReadLimits& limits) {
  if (depth_left == 0)
    return fmt::format("it is nested deeper than {} levels", limits.depth);
  od::json_type type{};
  if (const auto error = node.type().get(type))
    return why(error);
  if (type == od::json_type::array) {
    od::array items;
    if (const auto error = node.get_array().get(items))
      return why(error);
    return read_array(items, out, depth_left - 1, limits);
  }
  if (type == od::json_type::object) {
    od::object fields;
    if (const auto error = node.get_object().get(fields))
      return why(error);
    return read_object(fields, out, depth_left - 1, limits);
  }
  return read_scalar(node, type, out);
}

Error unreadable(const Problem& problem) {
  return {Kind::protocol, "this is not JSON as it should be: " + problem};
}

} // namespace

Result<Value> parse(std::string_view text, const ReadLimits& limits) {
  if (text.size() > limits.bytes)
    return fail(
        unreadable(fmt::format("it has {} bytes, more than the {} allowed", text.size(), limits.bytes)));
  thread_local od::parser parser;
  simdjson::padded_string padded(text);
  od::document document;
  if (const auto error = parser.iterate(padded).get(document))
    return fail(unreadable(why(error)));
  Value value;
  if (Problem problem = read<od::document&>(document, value, limits.depth, limits); !problem.empty())
    return fail(unreadable(problem));
  // A bare number or word is only peeked at, so it is compared with the whole text instead.
  const bool is_word = value.is_null() || value.is_bool() || value.is_number();
  const bool at_end = is_word ? trim(text) == (value.is_null() ? "null" : value.text())
                              : document.current_location().error() == simdjson::OUT_OF_BOUNDS;
  if (!at_end)
    return fail(unreadable("something follows after its end"));
  return value;
}

} // namespace agr::json
