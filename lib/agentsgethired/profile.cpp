// SPDX-License-Identifier: MIT
#include "agentsgethired/profile.hpp"

#include "agentsgethired/envelope.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

namespace agr::agentsgethired {
namespace {

/// A text member: how the service and a profile file call it, and how long it may be, in characters.
struct TextRule {
  std::string_view name;
  std::string Profile::* member;
  std::size_t limit;
};

struct ListRule {
  std::string_view name;
  std::vector<std::string> Profile::* member;
};

constexpr std::array k_texts{
    TextRule{"name", &Profile::name, 80},
    TextRule{"bio", &Profile::bio, 2000},
    TextRule{"experience", &Profile::experience, 4000},
    TextRule{"availability", &Profile::availability, 200},
    TextRule{"preferredRate", &Profile::preferred_rate, 100},
    TextRule{"lookingFor", &Profile::looking_for, 1000},
};
constexpr std::array k_lists{
    ListRule{"skills", &Profile::skills},
    ListRule{"capabilities", &Profile::capabilities},
};
constexpr std::size_t k_list_items = 32;
constexpr std::size_t k_list_item_length = 64;

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return (c & '\xC0') != '\x80'; }));
}

tl::unexpected<Error> bad_profile(std::string message) {
  return fail({.kind = Kind::usage, .message = std::move(message)});
}

Result<std::vector<std::string>> texts_of(std::string_view name, const json::Value& value) {
  std::vector<std::string> texts;
  for (const auto& item : value.items()) {
    if (!item.is_string())
      return bad_profile(fmt::format("\"{}\" must be a list of texts", name));
    texts.push_back(item.text());
  }
  return texts;
}

Result<std::string> text_of(std::string_view name, const json::Value& value) {
  if (value.is_string())
    return value.text();
  if (name != "experience" || !value.is_array())
    return bad_profile(fmt::format("\"{}\" must be a text", name));
  AGR_TRY_ASSIGN(const auto lines, texts_of(name, value));
  return join(lines, "\n");
}

Result<void> read_member(Profile& profile, const json::Member& member) {
  for (const auto& rule : k_texts)
    if (member.name == rule.name) {
      AGR_TRY_ASSIGN(profile.*rule.member, text_of(rule.name, member.value));
      return {};
    }
  for (const auto& rule : k_lists)
    if (member.name == rule.name && member.value.is_array()) {
      AGR_TRY_ASSIGN(profile.*rule.member, texts_of(rule.name, member.value));
      return {};
    } else if (member.name == rule.name) {
      return bad_profile(fmt::format("\"{}\" must be a list of texts", rule.name));
    }
  return bad_profile(fmt::format("a profile has no member \"{}\"", printable(member.name)));
}

/// The first text in an answer that looks like a key of ours; empty when there is none.
std::string find_key(const json::Value& value) {
  if (value.is_string() && key_shape(value.text()) == KeyShape::usual)
    return value.text();
  std::string found;
  for (const auto& item : value.items())
    if (found.empty())
      found = find_key(item);
  for (const auto& [name, member] : value.members())
    if (found.empty())
      found = find_key(member);
  return found;
}

/// The value without any member or item that is this text.
json::Value without(const json::Value& value, std::string_view text) {
  if (value.is_array()) {
    auto rest = json::Value::array();
    for (const auto& item : value.items())
      if (item.as_string() != text)
        rest.push(without(item, text));
    return rest;
  }
  if (!value.is_object())
    return value;
  auto rest = json::Value::object();
  for (const auto& [name, member] : value.members())
    if (member.as_string() != text)
      rest.set(name, without(member, text));
  return rest;
}

Result<void> check_list(std::string_view name, const std::vector<std::string>& items) {
  if (items.size() > k_list_items)
    return bad_profile(
        fmt::format("{} has {} entries, at most {} are allowed", name, items.size(), k_list_items));
  std::set<std::string> seen;
  for (const auto& item : items) {
    const auto length = characters(trim(item));
    if (length == 0 || length > k_list_item_length)
      return bad_profile(fmt::format("each of {} must have 1 to {} characters, one has {}", name,
                                     k_list_item_length, length));
    if (!seen.insert(lower(trim(item))).second)
      return bad_profile(fmt::format("{} names \"{}\" twice", name, printable(item)));
  }
  return {};
}

} // namespace

Result<Profile> profile_from(const json::Value& value) {
  if (!value.is_object())
    return bad_profile("a profile is a JSON object");
  Profile profile;
  for (const auto& member : value.members())
    AGR_TRY(read_member(profile, member));
  return profile;
}

json::Value to_json(const Profile& profile) {
  auto value = json::Value::object();
  for (const auto& rule : k_texts)
    if (const auto& text = profile.*rule.member; !text.empty())
      value.set(rule.name, text);
  for (const auto& rule : k_lists)
    if (const auto& items = profile.*rule.member; !items.empty())
      value.set(rule.name, json::Value(json::Value::Array(items.begin(), items.end())));
  return value;
}

Result<void> check_limits(const Profile& profile, bool complete) {
  for (const auto& rule : k_texts) {
    const auto length = characters(trim(profile.*rule.member));
    if (length > rule.limit)
      return bad_profile(
          fmt::format("{} has {} characters, at most {} are allowed", rule.name, length, rule.limit));
    if (!is_utf8(profile.*rule.member))
      return bad_profile(fmt::format("{} is not UTF-8 text", rule.name));
  }
  for (const auto& rule : k_lists)
    AGR_TRY(check_list(rule.name, profile.*rule.member));
  if (complete && trim(profile.name).empty())
    return bad_profile("an agent needs a name");
  if (complete && trim(profile.bio).empty())
    return bad_profile("an agent needs a bio");
  return {};
}

Result<Brief> decode_brief(std::string_view body) {
  AGR_TRY_ASSIGN(const auto whole, decode_whole(operations::k_discover, body));
  const auto& members = whole["brief"].is_object() ? whole["brief"] : whole;
  Brief brief;
  brief.raw = members;
  for (const auto& [name, value] : members.members())
    if (name == "nameSeeds")
      for (const auto& seed : value.items())
        brief.name_seeds.push_back(seed.text());
    else if (value.is_string() && name != "phase" && name != "instructions" && name != "hint")
      brief.dimensions.emplace_back(name, value.text());
  brief.note = whole.first_of({"instructions", "hint"}).text();
  if (brief.dimensions.empty())
    return fail(
        {.kind = Kind::protocol, .message = "fetching an identity brief failed: the answer holds none"});
  return brief;
}

Result<Registered> decode_registered(std::string_view body) {
  const auto lost = [](std::string_view why) {
    return fail({.kind = Kind::outcome_unknown,
                 .message = fmt::format("registered, perhaps, but {}", why),
                 .hint =
                     "the key is shown only once and cannot be asked for again; if the agent exists, it is "
                     "without an owner now. Registering again makes another one"});
  };
  const auto whole = json::parse(body);
  if (!whole)
    return lost(fmt::format("the answer is unreadable ({})", whole.error().message));
  const auto& inner = (*whole)["data"].is_object() ? (*whole)["data"] : *whole;
  const auto& agent = inner["agent"].is_object() ? inner["agent"] : inner;
  auto key = inner.first_of({"apiKey", "api_key", "key"}).text();
  if (key.empty())
    key = agent.first_of({"apiKey", "api_key"}).text();
  if (key_shape(key) == KeyShape::impossible)
    key = find_key(*whole);
  if (key.empty())
    return lost("the answer holds no usable key");
  auto shown = without(agent, key);
  return Registered{.agent = std::move(shown), .key = Secret(std::move(key))};
}

KeyShape key_shape(std::string_view text) {
  const bool visible = std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; });
  if (text.size() < 8 || text.size() > 512 || !visible)
    return KeyShape::impossible;
  return text.starts_with("ah_") || text.starts_with("ai_") ? KeyShape::usual : KeyShape::unusual;
}

} // namespace agr::agentsgethired
