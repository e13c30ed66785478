// SPDX-License-Identifier: MIT
#include "cmd/frame/input.hpp"

#include "base/text.hpp"
#include "config/document.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>

namespace agr::cmd {

Result<std::string> read_input(const std::string& path, Context& context, std::size_t limit) {
  if (path == "-")
    return context.env.console.in.everything(limit);
  std::ifstream file(path, std::ios::binary);
  std::string text(limit + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!file && !file.eof())
    return fail({Kind::usage, fmt::format("reading {} failed: {}", printable(path), std::strerror(errno))});
  text.resize(static_cast<std::size_t>(file.gcount()));
  text.shrink_to_fit(); // the limit may be far more than it holds
  if (text.size() > limit)
    return fail({Kind::usage, fmt::format("{} holds more than {} bytes", printable(path), limit)});
  return text;
}

namespace {

/// TOML read as the JSON it amounts to.
Result<std::string> json_of_toml(const std::string& text, const std::string& name) {
  auto document = config::Document::parse(text, name);
  if (!document)
    return fail({Kind::usage, document.error().message});
  auto json = document->json();
  if (!json)
    return fail({Kind::usage, fmt::format("{}: {}", name, json.error().message), json.error().hint});
  return json;
}

} // namespace

Result<json::Value> read_object(const std::string& path, Context& context) {
  AGR_TRY_ASSIGN(auto text, read_input(path, context));
  const std::string name = path == "-" ? "standard input" : printable(path);
  if (!trim(text).starts_with('{')) {
    AGR_TRY_ASSIGN(text, json_of_toml(text, name));
  }
  auto value = json::parse(text);
  if (!value)
    return fail({Kind::usage, fmt::format("{}: {}", name, value.error().message)});
  if (!value->is_object())
    return fail({Kind::usage, fmt::format("{} holds no object", name)});
  return value;
}

Result<std::string> text_or_stdin(const std::string& text, Context& context) {
  if (text != "-")
    return text;
  AGR_TRY_ASSIGN(const auto all, read_input("-", context));
  return std::string(trim(all));
}

} // namespace agr::cmd
