// SPDX-License-Identifier: MIT
#include "serve/dispatch.hpp"

#include <chrono>

namespace agr::serve {
namespace {
constexpr Millis k_same_time{1'000}; // services round differently in different places
} // namespace

Same compare(const Dispatch& a, const Dispatch& b) {
  if (!a.id.empty() && !b.id.empty())
    return a.id == b.id ? Same::yes : Same::no;
  if (a.number && b.number)
    return a.number == b.number ? Same::yes : Same::no;
  if (a.started && b.started && std::chrono::abs(*a.started - *b.started) > k_same_time)
    return Same::no;
  return Same::unknown;
}

} // namespace agr::serve
