// SPDX-License-Identifier: MIT
#include "http/trust.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>

namespace agr::http {
namespace {

constexpr const char* k_system_folder = "/etc/ssl/certs";

std::optional<std::string> environment_of_process(const char* variable) {
  const char* value = std::getenv(variable); // NOLINT(concurrency-mt-unsafe): nobody here calls setenv
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

bool has_hash_links(const std::string& folder) {
  std::error_code error;
  for (std::filesystem::directory_iterator at(folder, error), end; !error && at != end; at.increment(error))
    if (at->path().extension() == ".0")
      return true;
  return false;
}

} // namespace

Trust find_trust(const Lookup& environment, const std::function<bool(const std::string&)>& is_hashed) {
  for (const char* variable : {"CURL_CA_BUNDLE", "SSL_CERT_FILE"})
    if (const std::optional<std::string> file = environment(variable); file && !file->empty())
      return {.file = *file, .folder = {}};
  if (const std::optional<std::string> folder = environment("SSL_CERT_DIR"); folder && !folder->empty())
    return {.file = {}, .folder = *folder};
  if (is_hashed(k_system_folder))
    return {.file = {}, .folder = k_system_folder};
  return {};
}

Trust system_trust() {
  return find_trust(environment_of_process, has_hash_links);
}

} // namespace agr::http
