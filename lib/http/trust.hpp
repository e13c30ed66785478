// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <optional>
#include <string>

namespace agr::http {

/// Where certificates of authorities come from: one of the two, never both, because libcurl caches the
/// parsed store only then. Neither: libcurl's own default file.
struct Trust {
  std::string file;
  std::string folder; ///< hashed, so that only the one authority needed is read
  friend bool operator==(const Trust&, const Trust&) = default;
};

using Lookup = std::function<std::optional<std::string>(const char* variable)>;

/// CURL_CA_BUNDLE, then SSL_CERT_FILE, then SSL_CERT_DIR, which the curl program honours but the library does
/// not; else the system's folder when `is_hashed` says it has hash links.
Trust find_trust(const Lookup& environment, const std::function<bool(const std::string& folder)>& is_hashed);

/// find_trust on this process and this machine.
Trust system_trust();

} // namespace agr::http
