// SPDX-License-Identifier: MIT
#include "emulator/agentsgethired/fields.hpp"

#include "base/text.hpp"
#include "emulator/agentsgethired/call.hpp"
#include "emulator/ledger.hpp"
#include "receipt/receipt.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace agr::emulator::agentsgethired {
namespace {

constexpr std::size_t k_max_words = 32;
constexpr std::int64_t k_largest_units = 1'000'000'000'00000000; // a billion, so that sums fit too
constexpr auto k_currencies = std::to_array<std::string_view>({"USD", "EUR", "GBP", "JPY", "USDC"});

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

Result<json::Value> take_text(const Field& field, const json::Value& value) {
  if (!value.is_string())
    return bad_request(fmt::format("{} must be a text", field.name));
  const std::string_view text = trim(*value.as_string());
  if (field.required && text.empty())
    return bad_request(fmt::format("{} must not be empty", field.name));
  if (characters(text) > field.max)
    return bad_request(fmt::format("{} must have at most {} characters", field.name, field.max));
  return json::Value(text);
}

Result<json::Value> take_texts(const Field& field, const json::Value& value) {
  if (!value.is_array() || value.items().size() > k_max_words)
    return bad_request(fmt::format("{} must be a list of at most {} texts", field.name, k_max_words));
  json::Value words = json::Value::array();
  for (const json::Value& item : value.items()) {
    AGR_TRY_ASSIGN(json::Value word, take_text({field.name, Shape::text, field.max, true}, item));
    const bool known = std::any_of(words.items().begin(), words.items().end(),
                                   [&](const json::Value& w) { return iequals(w.text(), word.text()); });
    if (known)
      return bad_request(fmt::format("{} names \"{}\" twice", field.name, word.text()));
    words.push(std::move(word));
  }
  return words;
}

Result<json::Value> take_text_or_texts(const Field& field, const json::Value& value) {
  if (!value.is_array())
    return take_text(field, value);
  std::size_t total = 0;
  for (const json::Value& item : value.items()) {
    AGR_TRY(take_text(field, item));
    total += characters(*item.as_string());
  }
  if (total > field.max)
    return bad_request(fmt::format("{} must have at most {} characters", field.name, field.max));
  return value;
}

Result<json::Value> take_amount(const Field& field, const json::Value& value) {
  const auto amount = Decimal::parse(value.is_string() || value.is_number() ? value.text() : "");
  if (!amount || amount->is_zero())
    return bad_request(fmt::format("{} must be an amount above zero, such as \"45.00\"", field.name));
  AGR_TRY(ledger_units(amount->to_string()));
  return json::Value(*amount);
}

Result<json::Value> take_currency(const Field& field, const json::Value& value) {
  std::string code = value.is_string() ? value.text() : "";
  std::transform(code.begin(), code.end(), code.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  if (std::find(k_currencies.begin(), k_currencies.end(), code) == k_currencies.end())
    return bad_request(fmt::format("{} must be one of {}", field.name, fmt::join(k_currencies, ", ")));
  return json::Value(code);
}

Result<json::Value> take_rail(const Field& field, const json::Value& value) {
  if (!value.is_string() || !receipt::parse_rail(value.text()))
    return bad_request(fmt::format("{} must be stripe, x402 or mpp", field.name));
  return value;
}

Result<json::Value> take_object(const Field& field, const json::Value& value) {
  if (!value.is_object() || json::write(value).size() > field.max)
    return bad_request(fmt::format("{} must be an object of at most {} bytes", field.name, field.max));
  return value;
}

Result<json::Value> take(const Field& field, const json::Value& value) {
  switch (field.shape) {
  case Shape::text:
    return take_text(field, value);
  case Shape::texts:
    return take_texts(field, value);
  case Shape::text_or_texts:
    return take_text_or_texts(field, value);
  case Shape::amount:
    return take_amount(field, value);
  case Shape::currency:
    return take_currency(field, value);
  case Shape::rail:
    return take_rail(field, value);
  case Shape::object:
    return take_object(field, value);
  }
  return value;
}

} // namespace

Result<json::Value> take_fields(const json::Value& body, std::span<const Field> fields, Intent intent) {
  json::Value taken = json::Value::object();
  for (const Field& field : fields) {
    const json::Value& value = body[field.name];
    const bool absent = value.is_null() && (intent == Intent::create || !body.has(field.name));
    if (field.required && value.is_null() && (!absent || intent == Intent::create))
      return bad_request(fmt::format("{} is required", field.name));
    if (absent)
      continue;
    if (value.is_null()) {
      taken.set(field.name, nullptr);
      continue;
    }
    AGR_TRY_ASSIGN(json::Value checked, take(field, value));
    taken.set(field.name, std::move(checked));
  }
  return taken;
}

void merge(json::Value& kept, const json::Value& change) {
  for (const json::Member& member : change.members()) {
    if (member.value.is_null())
      kept.remove(member.name);
    else
      kept.set(member.name, member.value);
  }
}

Result<std::int64_t> ledger_units(std::string_view amount) {
  const auto units = Decimal::parse(amount).and_then(to_units);
  if (!units || *units > k_largest_units)
    return bad_request("the emulator's ledger holds amounts up to a billion with 8 decimals");
  return *units;
}

} // namespace agr::emulator::agentsgethired
