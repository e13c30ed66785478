// SPDX-License-Identifier: MIT
#include "git/credential.hpp"

#include "base/text.hpp"
#include "base/url.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace agr::git {
namespace {

/// Any name will do for GitHub; this is the one it documents for tokens, and others take any, too.
constexpr std::string_view k_user = "x-access-token";

std::string value_of(std::string_view question, std::string_view name) {
  for (const auto& line : split(question, '\n'))
    if (line.starts_with(name) && line.size() > name.size() && line[name.size()] == '=')
      return line.substr(name.size() + 1);
  return "";
}

} // namespace

Secret pack(const Credential& credential) {
  return Secret(fmt::format("{}\n{}", credential.origin, credential.token.reveal()));
}

std::optional<Credential> unpack(const Secret& packed) {
  const auto& text = packed.reveal();
  const auto end = text.find('\n');
  if (end == std::string::npos || end + 1 == text.size())
    return {};
  return Credential{.origin = text.substr(0, end), .token = Secret(text.substr(end + 1))};
}

Secret answer_to(const Credential& credential, std::string_view question) {
  const auto asked =
      Url::parse(fmt::format("{}://{}", value_of(question, "protocol"), value_of(question, "host")));
  const auto& token = credential.token.reveal();
  // A line break in it would be a line of its own to git.
  const bool is_plain =
      std::ranges::none_of(token, [](char c) { return c == '\n' || c == '\r' || c == '\0'; });
  if (!asked || asked->origin() != credential.origin || !asked->is_safe_for_credentials() || !is_plain)
    return Secret();
  return Secret(fmt::format("username={}\npassword={}\n", k_user, token));
}

} // namespace agr::git
