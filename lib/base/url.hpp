// SPDX-License-Identifier: MIT
#pragma once

#include "base/result.hpp"

#include <string>
#include <string_view>

namespace agr {

/// An absolute http or https address, taken apart. Errors of parse: Kind::usage.
struct Url {
  std::string scheme; ///< "http" or "https"
  std::string host;   ///< lower case; IPv6 in brackets
  int port = 0;       ///< always set: 80 or 443 when the text has none
  std::string path;   ///< starts with "/"
  std::string query;  ///< without "?", may be empty

  static Result<Url> parse(std::string_view text);

  /// scheme, host and port: what a credential is bound to.
  [[nodiscard]] std::string origin() const;
  [[nodiscard]] std::string to_string() const;
  /// 127.0.0.0/8, ::1, localhost or a name under it.
  [[nodiscard]] bool is_loopback() const;
  /// https, or http to this machine: the only places a credential may go.
  [[nodiscard]] bool is_safe_for_credentials() const { return scheme == "https" || is_loopback(); }
  /// Resolves an absolute, scheme-relative, path-absolute or relative reference (RFC 3986, 5.2).
  [[nodiscard]] Result<Url> resolve(std::string_view reference) const;
};

bool same_origin(const Url& a, const Url& b);

} // namespace agr
