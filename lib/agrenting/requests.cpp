// SPDX-License-Identifier: MIT
#include "agrenting/requests.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <utility>

namespace agr::agrenting {
namespace {

std::string url_of(const Endpoint& endpoint, const Path& path) {
  std::string_view base = endpoint.base;
  while (base.ends_with('/'))
    base.remove_suffix(1);
  return fmt::format("{}/api/v1{}", base, path.text());
}

} // namespace

Path& Path::segment(std::string_view foreign) {
  m_text.append("/").append(percent_encode(foreign));
  return *this;
}

Path& Path::then(std::string_view fixed) {
  m_text.append(fixed);
  return *this;
}

Path& Path::query(std::string_view name, std::string_view value) {
  if (!value.empty())
    m_text.append(std::exchange(m_separator, "&")).append(name).append("=").append(percent_encode(value));
  return *this;
}

Path& Path::query(std::string_view name, std::optional<long long> value) {
  return query(name, value ? std::to_string(*value) : std::string());
}

http::Request get(const Endpoint& endpoint, const Path& path) {
  http::Request request;
  request.url = url_of(endpoint, path);
  request.headers = {{"Accept", "application/json"}};
  request.credential = endpoint.credential;
  return request;
}

http::Request send(std::string_view method, const Endpoint& endpoint, const Path& path,
                   const json::Value& body) {
  http::Request request = get(endpoint, path);
  request.method = method;
  request.headers.push_back({"Content-Type", "application/json"});
  request.body = json::write(body);
  request.repeat = http::Repeat::never;
  return request;
}

http::Request post(const Endpoint& endpoint, const Path& path, const json::Value& body) {
  return send("POST", endpoint, path, body);
}

http::Request with_key(http::Request request, std::string_view key) {
  if (key.empty())
    return request;
  request.headers.push_back({"X-Idempotency-Key", std::string(key)});
  request.repeat = http::Repeat::keyed;
  return request;
}

void set_text(json::Value& object, std::string_view name, std::string_view text) {
  if (!text.empty())
    object.set(name, text);
}

} // namespace agr::agrenting
