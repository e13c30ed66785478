// SPDX-License-Identifier: MIT
#include "git/address.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

namespace agr::git {
namespace {

Error unusable(std::string_view why) {
  return Error{Kind::usage, fmt::format("the repository's address cannot be used: {}", why)};
}

} // namespace

Result<Url> read_address(std::string_view text) {
  if (text.empty())
    return fail(unusable("there is none"));
  auto url = Url::parse(text);
  if (!url)
    return fail(unusable(url.error().message));
  if (!url->is_safe_for_credentials())
    return fail(unusable("it must be https, so that nobody on the way can read the token"));
  if (!url->query.empty() || url->path == "/")
    return fail(unusable("it does not look like https://host/owner/name"));
  return url;
}

} // namespace agr::git
