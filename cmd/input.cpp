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

} // namespace agr::cmd
