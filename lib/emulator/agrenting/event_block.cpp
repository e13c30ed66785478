// SPDX-License-Identifier: MIT
#include "emulator/agrenting/event_block.hpp"

#include <fmt/format.h>

namespace agr::emulator::agrenting {
namespace {

constexpr std::size_t k_smallest_comment = 2; // ":\n"

std::string filled_up(std::string text) {
  const std::size_t over = (text.size() + k_smallest_comment) % k_block;
  const std::size_t spaces = over == 0 ? 0 : k_block - over;
  text += ':';
  text.append(spaces, ' ');
  text += '\n';
  return text;
}

} // namespace

std::string event_block(std::string_view name, std::string_view data) {
  return filled_up(fmt::format("event: {}\ndata: {}\n\n", name, data));
}

std::string comment_block() {
  return filled_up("");
}

} // namespace agr::emulator::agrenting
