// SPDX-License-Identifier: MIT
#pragma once

#include "agrenting/api.hpp"

#include <string>
#include <string_view>

// For this room's .cpp files only: how every request to Agrenting is put together.

namespace agr::agrenting {

/// A path under /api/v1 with its query, built piece by piece; every foreign piece percent-encoded.
class Path {
public:
  explicit Path(std::string_view fixed) : m_text(fixed) {}

  Path& segment(std::string_view foreign);
  Path& then(std::string_view fixed);
  /// Left out when there is no value.
  Path& query(std::string_view name, std::string_view value);
  Path& query(std::string_view name, std::optional<long long> value);
  [[nodiscard]] const std::string& text() const { return m_text; }

private:
  std::string m_text;
  std::string_view m_separator = "?";
};

http::Request get(const Endpoint& endpoint, const Path& path);
/// Never repeated by itself, unless with_key makes it so.
http::Request send(std::string_view method, const Endpoint& endpoint, const Path& path,
                   const json::Value& body = json::Value::object());
http::Request post(const Endpoint& endpoint, const Path& path,
                   const json::Value& body = json::Value::object());
/// The service recognises a repeat by the key; without one the request stays as it is.
http::Request with_key(http::Request request, std::string_view key);

/// Sets a member, but not to an empty text.
void set_text(json::Value& object, std::string_view name, std::string_view text);

} // namespace agr::agrenting
