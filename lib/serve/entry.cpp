// SPDX-License-Identifier: MIT
#include "serve/entry.hpp"

#include <array>

namespace agr::serve {
namespace {
constexpr std::array<std::string_view, 9> k_names{
    "seen", "accepted", "running", "held", "finished", "submitting", "done", "failed", "handed_back"};
} // namespace

std::string_view name_of(State state) {
  return k_names.at(static_cast<std::size_t>(state));
}

std::optional<State> state_named(std::string_view name) {
  for (std::size_t i = 0; i < k_names.size(); ++i)
    if (k_names.at(i) == name)
      return static_cast<State>(i);
  return {};
}

bool is_open(State state) {
  return state < State::done;
}

bool is_busy(State state) {
  return state == State::accepted || state == State::running;
}

bool is_reporting(State state) {
  return state == State::finished || state == State::submitting;
}

std::string_view name_of(Report report) {
  switch (report) {
  case Report::result:
    return "result";
  case Report::failure:
    return "failure";
  case Report::hand_back:
    return "hand_back";
  case Report::none:
    break;
  }
  return "none";
}

} // namespace agr::serve
