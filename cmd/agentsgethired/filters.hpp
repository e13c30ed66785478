// SPDX-License-Identifier: MIT
#pragma once

#include "agentsgethired/service.hpp"
#include "cmd/frame/command.hpp"

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Filters of lists. Whether the service knows any is not documented, so they are sent and applied here too
/// (docs/wire/agentsgethired.md, "Lists").
namespace agr::cmd {

struct Filters {
  std::vector<std::pair<std::string, std::string>> query;
  agentsgethired::Service::Keep keep; ///< empty when nothing was asked for
};

/// An option that compares one member: --rail with `paymentMethod`.
struct MemberFilter {
  std::string_view option;
  std::string_view member;
};

/// From --q (each word somewhere in the item's texts), --skill (all of them, among skills or capabilities)
/// and the options named, all ignoring case.
Filters filters_of(const Invocation& given, std::initializer_list<MemberFilter> members);

Option search_option(std::string_view help);
Option skill_option(std::string_view help);

} // namespace agr::cmd
