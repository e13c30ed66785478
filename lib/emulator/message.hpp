// SPDX-License-Identifier: MIT
#pragma once

#include "base/time.hpp"
#include "json/value.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace agr::emulator {

struct Header {
  std::string name;
  std::string value;
};

/// The first header of that name, upper and lower case alike.
std::optional<std::string_view> find_header(const std::vector<Header>& headers, std::string_view name);

/// Larger bodies are answered with 413; the server in front may stop reading there.
inline constexpr std::size_t k_max_body = std::size_t{256} << 20;

/// An HTTP request as the server in front has read it: complete, nothing decoded.
struct Request {
  std::string method;
  std::string path;  ///< still percent-encoded, without the query
  std::string query; ///< without "?"
  std::vector<Header> headers = {};
  std::string body = {};
  std::string scheme = "http";

  [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const {
    return find_header(headers, name);
  }
  /// scheme://host as the caller wrote it: what absolute addresses in answers begin with.
  [[nodiscard]] std::string origin() const;
};

/// The answer's body is the beginning of an event stream. The server keeps the connection open, ends the
/// body by closing (no length, no chunks), appends what SendEvent names, and writes `keep_alive` whenever
/// nothing was sent for `interval`.
struct StreamStart {
  std::string id;
  std::string keep_alive;
  Millis interval;
};

/// How an answer reaches its caller, for a server that misbehaves on purpose.
struct Delivery {
  enum class Way {
    whole,
    torn,    ///< the head promises the whole body, the connection ends after `bytes` of it
    dropped, ///< the connection ends without a word
    reset,   ///< the connection is reset
  };
  Way way = Way::whole;
  std::size_t bytes = 0;
};

struct Response {
  int status = 200;
  std::vector<Header> headers = {};
  std::string body = {};
  std::optional<StreamStart> stream = {};
  Delivery delivery = {};

  [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const {
    return find_header(headers, name);
  }
};

Response json_response(int status, const json::Value& body);
Response text_response(int status, std::string_view content_type, std::string body);

} // namespace agr::emulator
