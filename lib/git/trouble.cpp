// SPDX-License-Identifier: MIT
#include "git/trouble.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <vector>

namespace agr::git {
namespace {

constexpr std::size_t k_most_quoted = 300;

struct Rule {
  std::string_view sign; ///< lower case
  Kind kind;
  std::string_view meaning;
};

constexpr std::string_view k_no_access = "the server refused the token";
constexpr std::string_view k_not_there = "there is no such repository, or the token may not see it";
constexpr std::string_view k_busy = "the server has trouble";
constexpr std::string_view k_unreachable = "the server cannot be reached";

/// The first that fits counts: what is certain comes before what may pass.
constexpr std::array k_rules{
    Rule{"authentication failed", Kind::auth, k_no_access},
    Rule{"terminal prompts disabled", Kind::auth, "the server wants a token that may do this"},
    Rule{"invalid credentials", Kind::auth, k_no_access},
    Rule{"returned error: 401", Kind::auth, k_no_access},
    Rule{"returned error: 403", Kind::auth, "the token is not allowed to do this"},
    Rule{"returned error: 404", Kind::not_found, k_not_there},
    Rule{"repository not found", Kind::not_found, k_not_there},
    Rule{"not found", Kind::not_found, k_not_there},
    Rule{"returned error: 30", Kind::failed, "the repository has moved; redirects are not followed"},
    Rule{"redirect", Kind::failed, "the repository has moved; redirects are not followed"},
    Rule{"[remote rejected]", Kind::conflict, "the server does not want it"},
    Rule{"[rejected]", Kind::conflict, "the branch holds other commits"},
    Rule{"no space left", Kind::unavailable, "no space left"},
    Rule{"returned error: 429", Kind::unavailable, k_busy},
    Rule{"returned error: 5", Kind::unavailable, k_busy},
    Rule{"could not resolve", Kind::unavailable, k_unreachable},
    Rule{"failed to connect", Kind::unavailable, k_unreachable},
    Rule{"couldn't connect", Kind::unavailable, k_unreachable},
    Rule{"connection", Kind::unavailable, k_unreachable},
    Rule{"timed out", Kind::unavailable, k_unreachable},
    Rule{"too slow", Kind::unavailable, k_unreachable},
    Rule{"empty reply", Kind::unavailable, k_unreachable},
    Rule{"early eof", Kind::unavailable, "the connection was cut"},
    Rule{"hung up", Kind::unavailable, "the connection was cut"},
    Rule{"unexpected disconnect", Kind::unavailable, "the connection was cut"},
    Rule{"rpc failed", Kind::unavailable, "the connection was cut"},
};

/// The lines that say what went wrong, without progress and advice.
std::string quoted(std::string_view errors) {
  std::vector<std::string> kept;
  for (const auto& line : split(errors, '\n'))
    if (line.starts_with("fatal:") || line.starts_with("error:") || line.starts_with("!") ||
        line.starts_with("remote:"))
      kept.emplace_back(trim(printable(to_utf8(line))));
  return shorten(join(kept, " "), k_most_quoted);
}

} // namespace

Error trouble(std::string_view attempted, std::string_view errors) {
  const auto text = lower(errors);
  const auto rule = std::ranges::find_if(
      k_rules, [&](const Rule& each) { return text.find(each.sign) != std::string::npos; });
  const auto quote = quoted(errors);
  const auto kind = rule == k_rules.end() ? Kind::failed : rule->kind;
  const auto meaning = rule == k_rules.end() ? std::string_view("git failed") : rule->meaning;
  return Error{.kind = kind,
               .message = quote.empty() ? fmt::format("cannot {}: {}", attempted, meaning)
                                        : fmt::format("cannot {}: {} ({})", attempted, meaning, quote)};
}

} // namespace agr::git
