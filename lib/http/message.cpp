// SPDX-License-Identifier: MIT
#include "http/message.hpp"

#include "base/text.hpp"

namespace agr::http {
namespace {

std::string_view find(const std::vector<Header>& headers, std::string_view name) {
  for (const Header& header : headers)
    if (iequals(header.name, name))
      return header.value;
  return {};
}

} // namespace

std::string_view Request::header(std::string_view name) const {
  return find(headers, name);
}
std::string_view Response::header(std::string_view name) const {
  return find(headers, name);
}

} // namespace agr::http
