// SPDX-License-Identifier: MIT
#include "settle/audit.hpp"

#include "base/text.hpp"
#include "crypto/digest.hpp"

#include <fmt/format.h>

namespace agr::settle {
namespace {

tl::unexpected<Error> broken(long long number, std::string_view how) {
  return fail({.kind = Kind::conflict,
               .message = fmt::format("the audit log breaks at line {}: {}", number, how),
               .hint = "it was changed by something other than agr; compare the payments with the "
                       "marketplace by hand before anything is paid again"});
}

} // namespace

std::string chain_hash(std::string_view previous, std::string_view text) {
  return hex(crypto::sha256(fmt::format("{}\n{}", previous, text)));
}

Result<void> verify(std::span<const AuditLine> lines) {
  std::string_view previous;
  long long expected = 1;
  for (const auto& line : lines) {
    if (line.number != expected)
      return broken(expected, fmt::format("line {} stands in its place", line.number));
    if (line.hash != chain_hash(previous, line.text))
      return broken(expected, "its hash does not follow from its text and the line before");
    previous = line.hash;
    ++expected;
  }
  return {};
}

} // namespace agr::settle
