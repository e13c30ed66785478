// SPDX-License-Identifier: MIT
#pragma once

#include "base/decimal.hpp"
#include "base/result.hpp"
#include "json/value.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace agr::emulator::agentsgethired {

/// What a member of a request may be.
enum class Shape {
  text,          ///< at most `max` characters
  texts,         ///< up to 32 different words of 1 to `max` characters
  text_or_texts, ///< a text, or a list of texts, of `max` characters together
  amount,        ///< digits in a number or a text, above zero; kept as a decimal text
  currency,      ///< one we know, in any case; kept in capitals
  rail,          ///< stripe, x402 or mpp
  object,        ///< kept as it is
};

struct Field {
  std::string_view name;
  Shape shape;
  std::size_t max = 0;
  bool required = false;
};

enum class Intent { create, change };

/// Takes the members it knows out of a body, trimmed and checked; all others are ignored. On a change,
/// nothing is required and null stands for "take it away". Refuses with 400, naming the member.
Result<json::Value> take_fields(const json::Value& body, std::span<const Field> fields, Intent intent);

/// Applies a change to what was kept: null removes, the rest replaces.
void merge(json::Value& kept, const json::Value& change);

/// An amount in the steps of 10^-8 the ledger counts in. Refuses with 400 what the ledger cannot hold.
Result<std::int64_t> ledger_units(std::string_view amount);

} // namespace agr::emulator::agentsgethired
