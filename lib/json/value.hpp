// SPDX-License-Identifier: MIT
#pragma once

#include "base/decimal.hpp"
#include "base/result.hpp"

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace agr::json {

class Value;
struct Member;

/// A number as it was written: money must not pass through a binary float.
struct Number {
  std::string text;
  friend bool operator==(const Number&, const Number&) = default;
};

/// One JSON value. Objects keep the order and all members they came with, unknown ones included; of
/// duplicate names the first is found.
class Value {
public:
  using Array = std::vector<Value>;
  using Object = std::vector<Member>;

  Value();
  Value(std::nullptr_t);
  Value(bool b);
  Value(int n);
  Value(long n);
  Value(long long n);
  Value(unsigned long n);
  Value(Number n);
  Value(std::string text);
  Value(std::string_view text);
  Value(const char* text);
  Value(Array items);
  Value(Object members);
  /// Money: a decimal string.
  Value(Decimal amount);
  template <class T>
  Value(const std::optional<T>& maybe); ///< null when there is nothing

  /// object({{"id", id}, {"status", "open"}})
  static Value object(std::initializer_list<std::pair<std::string_view, Value>> members);
  static Value object();
  static Value array(std::initializer_list<Value> items);
  static Value array();

  [[nodiscard]] bool is_null() const { return std::holds_alternative<std::monostate>(m_data); }
  [[nodiscard]] bool is_bool() const { return std::holds_alternative<bool>(m_data); }
  [[nodiscard]] bool is_number() const { return std::holds_alternative<Number>(m_data); }
  [[nodiscard]] bool is_string() const { return std::holds_alternative<std::string>(m_data); }
  [[nodiscard]] bool is_array() const { return std::holds_alternative<Array>(m_data); }
  [[nodiscard]] bool is_object() const { return std::holds_alternative<Object>(m_data); }

  // Reading never fails: what is absent or of another type is null, empty or nothing.

  /// The member, or null when there is none or this is no object.
  [[nodiscard]] const Value& operator[](std::string_view name) const;
  /// The first of these members that is there and not null.
  [[nodiscard]] const Value& first_of(std::initializer_list<std::string_view> names) const;
  /// "agent.did": members inside members.
  [[nodiscard]] const Value& at_path(std::string_view path) const;
  [[nodiscard]] bool has(std::string_view name) const;
  [[nodiscard]] const Array& items() const;    ///< empty unless an array
  [[nodiscard]] const Object& members() const; ///< empty unless an object
  [[nodiscard]] std::optional<std::string_view> as_string() const;
  [[nodiscard]] std::optional<bool> as_bool() const;
  [[nodiscard]] std::optional<long long> as_integer() const; ///< a whole number, also as digits in a string
  [[nodiscard]] std::optional<Decimal> as_decimal() const; ///< a number or a decimal string, may be negative
  /// The text of a string, the digits of a number, true/false; empty for the rest.
  [[nodiscard]] std::string text() const;

  // Building.

  /// Sets or replaces a member; a null value becomes an empty object first.
  Value& set(std::string_view name, Value value);
  void remove(std::string_view name);
  void push(Value item);
  /// Access for rewriting in place; the value must be of that type.
  Array& array_ref() { return std::get<Array>(m_data); }
  Object& object_ref() { return std::get<Object>(m_data); }

  friend bool operator==(const Value& a, const Value& b);

private:
  std::variant<std::monostate, bool, Number, std::string, Array, Object> m_data;
};

struct Member {
  std::string name;
  Value value;
  friend bool operator==(const Member&, const Member&) = default;
};

template <class T>
Value::Value(const std::optional<T>& maybe) : Value(maybe ? Value(*maybe) : Value()) {}

/// Limits of what is read from strangers.
struct ReadLimits {
  int depth = 64;
  std::size_t bytes = std::size_t{8} << 20;
  bool allow_duplicate_names = true;
};

/// Reads exactly one JSON value (UTF-8, RFC 8259). Errors: Kind::protocol, with the place.
Result<Value> parse(std::string_view text, const ReadLimits& limits = {});

/// One line, UTF-8 kept as it is.
std::string write(const Value& value);
/// One line of ASCII only: everything else as \uXXXX, safe on event streams and stdio.
std::string write_ascii(const Value& value);
/// Two-space indentation, for people.
std::string write_pretty(const Value& value);

} // namespace agr::json
