// SPDX-License-Identifier: MIT
#pragma once

#include "base/result.hpp"
#include "base/url.hpp"
#include "json/value.hpp"

#include <string>
#include <vector>

namespace agr::git {

/// What is to be done with a hirer's repository for one attempt at a hiring.
struct Plan {
  Url address;
  std::string branch; ///< ours: what was made goes there, and there may be nothing else on it
  /// First to the repository's default branch; to ours only when that one does not take it.
  bool to_default = false;
  std::string author; ///< "Name <address>"
  std::string subject;
  std::string hiring;
};

json::Value to_json(const Plan& plan);
/// Errors: Kind::internal.
Result<Plan> read_plan(const json::Value& value);

/// "agr/HIRING", and "agr/HIRING-2" for a second attempt: it never meets what an earlier one may have pushed.
std::string branch_for(std::string_view hiring, int attempt);

/// The first line of a commit, from the first line of a stranger's text.
std::string subject_for(std::string_view task);

/// The whole message of the commit.
std::string message_of(const Plan& plan);

/// "Name <address>" taken apart. Errors: Kind::config.
struct Author {
  std::string name;
  std::string address;
};
Result<Author> read_author(std::string_view text);

/// What came of it, for the hirer.
struct Delivery {
  std::string repository = {}; ///< its address
  std::string branch = {};     ///< empty when nothing was changed
  std::string commit = {};
  std::vector<std::string> files = {}; ///< changed ones, at most k_most_files of them
  std::size_t file_count = 0;          ///< of all of them
};
inline constexpr std::size_t k_most_files = 1000;

json::Value to_json(const Delivery& delivery);
Delivery read_delivery(const json::Value& value);

} // namespace agr::git
