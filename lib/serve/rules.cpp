// SPDX-License-Identifier: MIT
#include "serve/rules.hpp"

#include <algorithm>

namespace agr::serve {

bool is_workable(std::string_view status) {
  return status.empty() || status == "in_progress" || status == "paid";
}

bool has_ended(std::string_view status) {
  return status == "completed" || status == "failed" || status == "cancelled" || status == "refunded" ||
         status == "disputed";
}

bool is_safe_id(std::string_view id) {
  const auto is_plain = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
  };
  return !id.empty() && id.size() <= 64 && std::ranges::all_of(id, is_plain);
}

bool may_be_new(const Entry& closed, const Dispatch& offered) {
  switch (compare(closed.dispatch, offered)) {
  case Same::yes:
    return false;
  case Same::no:
    return true;
  case Same::unknown:
    break;
  }
  return closed.confirmed && closed.state != State::done;
}

bool confirms(Report report, std::string_view status) {
  return report == Report::result ? status == "completed" : status == "failed";
}

State closed_state(Report report) {
  switch (report) {
  case Report::result:
    return State::done;
  case Report::hand_back:
    return State::handed_back;
  default:
    return State::failed;
  }
}

} // namespace agr::serve
