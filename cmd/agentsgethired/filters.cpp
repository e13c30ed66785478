// SPDX-License-Identifier: MIT
#include "cmd/agentsgethired/filters.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace agr::cmd {
namespace {

using Test = std::function<bool(const json::Value&)>;

/// All that can be read in an item, in small letters.
std::string texts_of(const json::Value& value) {
  std::string all = lower(value.text());
  for (const auto& item : value.items())
    all += " " + texts_of(item);
  for (const auto& [name, member] : value.members())
    all += " " + texts_of(member);
  return all;
}

bool has_words(const json::Value& item, const std::string& words) {
  const auto texts = texts_of(item);
  return std::ranges::all_of(split(lower(words), ' '),
                             [&](const std::string& word) { return texts.find(word) != std::string::npos; });
}

/// What is sent of several words: the service may take them for a phrase, and then answer too little.
std::string longest_word(const std::string& words) {
  const auto all = split(words, ' ');
  return *std::ranges::max_element(all, {}, &std::string::size);
}

bool has_skill(const json::Value& item, const std::string& skill) {
  const auto is_it = [&](const json::Value& one) { return iequals(one.text(), skill); };
  return std::ranges::any_of(item["skills"].items(), is_it) ||
         std::ranges::any_of(item["capabilities"].items(), is_it);
}

} // namespace

Filters filters_of(const Invocation& given, std::initializer_list<MemberFilter> members) {
  Filters filters;
  std::vector<Test> tests;
  if (const auto words = given.maybe("--q")) {
    filters.query.emplace_back("q", longest_word(*words));
    tests.emplace_back([words = *words](const json::Value& item) { return has_words(item, words); });
  }
  for (const auto& skill : given.all("--skill")) {
    filters.query.emplace_back("skill", skill);
    tests.emplace_back([skill](const json::Value& item) { return has_skill(item, skill); });
  }
  for (const auto& [option, member] : members)
    if (const auto wanted = given.maybe(option)) {
      filters.query.emplace_back(member, *wanted);
      tests.emplace_back([name = member, wanted = *wanted](const json::Value& item) {
        return iequals(item[name].text(), wanted);
      });
    }
  if (!tests.empty())
    filters.keep = [tests = std::move(tests)](const json::Value& item) {
      return std::ranges::all_of(tests, [&](const Test& test) { return test(item); });
    };
  return filters;
}

Option search_option(std::string_view help) {
  return {"--q", "WORDS", help};
}

Option skill_option(std::string_view help) {
  return {.names = "--skill", .value = "WORD", .help = help, .repeats = true};
}

} // namespace agr::cmd
