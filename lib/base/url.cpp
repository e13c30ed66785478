// SPDX-License-Identifier: MIT
#include "base/url.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <vector>

namespace agr {
namespace {

/// An address with an @ may hold a password and is not repeated.
Error bad_url(std::string_view text, std::string_view why) {
  const std::string shown = text.find('@') == std::string_view::npos ? printable(shorten(text, 200)) : "…@…";
  return {Kind::usage, fmt::format("\"{}\" is not a web address: {}", shown, why),
          "write it as https://host or http://127.0.0.1:port"};
}

/// A name, an IPv4 address or an IPv6 address in brackets; nothing a resolver or parser further on could
/// read as something else.
bool is_host(std::string_view host) {
  constexpr std::string_view k_hex = "0123456789abcdef";
  constexpr std::string_view k_name = "0123456789abcdefghijklmnopqrstuvwxyz-._";
  if (host.starts_with('[') && host.ends_with(']') && host.size() > 3)
    return host.substr(1, host.size() - 2).find_first_not_of(std::string(k_hex) + ":.") == host.npos;
  return !host.empty() && host.find_first_not_of(k_name) == host.npos;
}

int default_port(std::string_view scheme) {
  return scheme == "https" ? 443 : 80;
}

std::string remove_dot_segments(std::string_view path) {
  std::vector<std::string> kept;
  const std::vector<std::string> parts = split(path, '/');
  for (std::size_t i = 1; i < parts.size(); ++i) {
    const bool last = i + 1 == parts.size();
    if (parts[i] == "..") {
      if (!kept.empty())
        kept.pop_back();
      if (last)
        kept.emplace_back();
    } else if (parts[i] == ".") {
      if (last)
        kept.emplace_back();
    } else {
      kept.push_back(parts[i]);
    }
  }
  return "/" + join(kept, "/");
}

bool is_octet(const std::string& part) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), value);
  return error == std::errc{} && end == part.data() + part.size() && part.size() <= 3 && value <= 255;
}

void set_target(Url& url, std::string_view target) {
  target = target.substr(0, target.find('#'));
  const std::size_t mark = target.find('?');
  url.path = std::string(target.substr(0, mark));
  url.query = mark == std::string_view::npos ? "" : std::string(target.substr(mark + 1));
}

} // namespace

Result<Url> Url::parse(std::string_view text) {
  for (const char c : text)
    if (static_cast<unsigned char>(c) <= 0x20 || c == 0x7F || c == '\\')
      return fail(bad_url(text, "it holds a space or control character"));
  Url url;
  const std::size_t colon = text.find("://");
  if (colon == std::string_view::npos)
    return fail(bad_url(text, "it does not start with https:// or http://"));
  url.scheme = lower(text.substr(0, colon));
  if (url.scheme != "https" && url.scheme != "http")
    return fail(bad_url(text, "only https and http are known"));
  const std::string_view rest = text.substr(colon + 3);
  const std::size_t slash = rest.find_first_of("/?#");
  std::string_view authority = rest.substr(0, slash);
  if (authority.find('@') != std::string_view::npos)
    return fail({Kind::usage, "a web address must not hold a user name or password",
                 "credentials come from the configuration or the environment"});
  url.port = default_port(url.scheme);
  const std::size_t bracket = authority.find(']');
  const std::size_t port_mark = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
  if (port_mark != std::string_view::npos) {
    const std::string_view digits = authority.substr(port_mark + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), url.port);
    if (error != std::errc{} || end != digits.data() + digits.size() || url.port < 1 || url.port > 65535)
      return fail(bad_url(text, "its port is not a number from 1 to 65535"));
    authority = authority.substr(0, port_mark);
  }
  url.host = lower(authority);
  if (!is_host(url.host))
    return fail(bad_url(text, authority.empty() ? "it names no host" : "its host holds strange characters"));
  const std::string_view target = slash == std::string_view::npos ? std::string_view{} : rest.substr(slash);
  set_target(url, target.starts_with('/') ? std::string(target) : "/" + std::string(target));
  return url;
}

std::string Url::origin() const {
  if (port == default_port(scheme))
    return fmt::format("{}://{}", scheme, host);
  return fmt::format("{}://{}:{}", scheme, host, port);
}

std::string Url::to_string() const {
  return origin() + path + (query.empty() ? "" : "?" + query);
}

bool Url::is_loopback() const {
  // Names under localhost never leave the machine (RFC 6761, 6.3); libcurl answers them itself.
  if (host == "localhost" || host.ends_with(".localhost") || host == "[::1]")
    return true;
  const std::vector<std::string> parts = split(host, '.');
  if (parts.size() != 4 || parts[0] != "127")
    return false;
  return std::all_of(parts.begin(), parts.end(), is_octet);
}

Result<Url> Url::resolve(std::string_view reference) const {
  const std::size_t colon = reference.find(':');
  if (colon != std::string_view::npos && colon < reference.find_first_of("/?#"))
    return parse(reference);
  if (reference.starts_with("//"))
    return parse(scheme + ":" + std::string(reference));
  Url target = *this;
  if (reference.starts_with('/')) {
    set_target(target, reference);
  } else if (reference.starts_with('?')) {
    set_target(target, path + std::string(reference));
  } else if (!reference.empty() && !reference.starts_with('#')) {
    set_target(target, path.substr(0, path.rfind('/') + 1) + std::string(reference));
  }
  target.path = remove_dot_segments(target.path);
  return parse(target.to_string());
}

bool same_origin(const Url& a, const Url& b) {
  return a.origin() == b.origin();
}

} // namespace agr
