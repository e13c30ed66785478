// SPDX-License-Identifier: MIT
#include "json/value.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <charconv>

namespace agr::json {
namespace {

const Value k_null;
const Value::Array k_no_items;
const Value::Object k_no_members;

} // namespace

// Defined here, where Member is complete: in the class clang could not yet destroy an Object.
Value::Value() = default;
Value::Value(std::nullptr_t) {}
Value::Value(bool b) : m_data(b) {}
Value::Value(int n) : m_data(Number{std::to_string(n)}) {}
Value::Value(long n) : m_data(Number{std::to_string(n)}) {}
Value::Value(long long n) : m_data(Number{std::to_string(n)}) {}
Value::Value(unsigned long n) : m_data(Number{std::to_string(n)}) {}
Value::Value(Number n) : m_data(std::move(n)) {}
Value::Value(std::string text) : m_data(std::move(text)) {}
Value::Value(std::string_view text) : m_data(std::string(text)) {}
Value::Value(const char* text) : m_data(std::string(text)) {}
Value::Value(Array items) : m_data(std::move(items)) {}
Value::Value(Object members) : m_data(std::move(members)) {}
Value::Value(Decimal amount) : m_data(amount.money()) {}

Value Value::object(std::initializer_list<std::pair<std::string_view, Value>> members) {
  Object out;
  out.reserve(members.size());
  for (const auto& [name, value] : members)
    out.push_back({std::string(name), value});
  return out;
}

Value Value::object() {
  return Object{};
}

Value Value::array() {
  return Array{};
}

Value Value::array(std::initializer_list<Value> items) {
  Value out;
  out.m_data.emplace<Array>(items);
  return out;
}

const Value& Value::operator[](std::string_view name) const {
  for (const Member& member : members())
    if (member.name == name)
      return member.value;
  return k_null;
}

const Value& Value::first_of(std::initializer_list<std::string_view> names) const {
  for (const std::string_view name : names)
    if (const Value& value = (*this)[name]; !value.is_null())
      return value;
  return k_null;
}

const Value& Value::at_path(std::string_view path) const {
  const Value* at = this;
  for (const std::string& name : split(path, '.'))
    at = &(*at)[name];
  return *at;
}

bool Value::has(std::string_view name) const {
  return std::any_of(members().begin(), members().end(), [&](const Member& m) { return m.name == name; });
}

const Value::Array& Value::items() const {
  const auto* items = std::get_if<Array>(&m_data);
  return items ? *items : k_no_items;
}

const Value::Object& Value::members() const {
  const auto* members = std::get_if<Object>(&m_data);
  return members ? *members : k_no_members;
}

std::optional<std::string_view> Value::as_string() const {
  const auto* text = std::get_if<std::string>(&m_data);
  return text ? std::optional<std::string_view>(*text) : std::nullopt;
}

std::optional<bool> Value::as_bool() const {
  const auto* b = std::get_if<bool>(&m_data);
  return b ? std::optional(*b) : std::nullopt;
}

std::optional<long long> Value::as_integer() const {
  if (!is_number() && !is_string())
    return std::nullopt;
  const std::string digits = text();
  long long number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc{} || end != digits.data() + digits.size())
    return std::nullopt;
  return number;
}

std::optional<Decimal> Value::as_decimal() const {
  if (!is_number() && !is_string())
    return std::nullopt;
  const auto parsed = Decimal::parse_signed(text());
  return parsed ? std::optional(*parsed) : std::nullopt;
}

std::string Value::text() const {
  if (const auto* string = std::get_if<std::string>(&m_data))
    return *string;
  if (const auto* number = std::get_if<Number>(&m_data))
    return number->text;
  if (const auto* b = std::get_if<bool>(&m_data))
    return *b ? "true" : "false";
  return {};
}

Value& Value::set(std::string_view name, Value value) {
  if (!is_object())
    m_data.emplace<Object>();
  auto& members = std::get<Object>(m_data);
  const auto at =
      std::find_if(members.begin(), members.end(), [&](const Member& m) { return m.name == name; });
  if (at == members.end())
    members.push_back({std::string(name), std::move(value)});
  else
    at->value = std::move(value);
  return *this;
}

void Value::remove(std::string_view name) {
  if (auto* members = std::get_if<Object>(&m_data))
    std::erase_if(*members, [&](const Member& m) { return m.name == name; });
}

void Value::push(Value item) {
  if (!is_array())
    m_data.emplace<Array>();
  std::get<Array>(m_data).push_back(std::move(item));
}

bool operator==(const Value& a, const Value& b) {
  return a.m_data == b.m_data;
}

} // namespace agr::json
