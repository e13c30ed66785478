// SPDX-License-Identifier: MIT
#include "cmd/input.hpp"

#include "base/text.hpp"

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
  if (text.size() > limit)
    return fail({Kind::usage, fmt::format("{} holds more than {} bytes", printable(path), limit)});
  return text;
}

Result<json::Value> read_object(const std::string& path, Context& context) {
  AGR_TRY_ASSIGN(const auto text, read_input(path, context));
  auto value = json::parse(text);
  if (!value)
    return fail({Kind::usage, fmt::format("{}: {}", printable(path), value.error().message)});
  if (!value->is_object())
    return fail({Kind::usage, fmt::format("{} is not a JSON object", printable(path))});
  return value;
}

Result<std::string> text_or_stdin(const std::string& text, Context& context) {
  if (text != "-")
    return text;
  AGR_TRY_ASSIGN(const auto all, read_input("-", context));
  return std::string(trim(all));
}

} // namespace agr::cmd
