// SPDX-License-Identifier: MIT
#include "emulator/message.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace agr::emulator {

std::optional<std::string_view> find_header(const std::vector<Header>& headers, std::string_view name) {
  const auto found =
      std::find_if(headers.begin(), headers.end(), [&](const Header& h) { return iequals(h.name, name); });
  if (found == headers.end())
    return std::nullopt;
  return found->value;
}

std::string Request::origin() const {
  return scheme + "://" + std::string(header("Host").value_or("localhost"));
}

Response json_response(int status, const json::Value& body) {
  return text_response(status, "application/json; charset=utf-8", json::write(body));
}

Response text_response(int status, std::string_view content_type, std::string body) {
  return {status, {{"Content-Type", std::string(content_type)}}, std::move(body)};
}

} // namespace agr::emulator
