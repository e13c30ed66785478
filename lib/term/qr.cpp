// SPDX-License-Identifier: MIT
#include "term/qr.hpp"

#include <dlfcn.h>
#include <qrencode.h>

#include <memory>

namespace agr::term {
namespace {

constexpr int k_margin = 2; // modules; scanners manage with half of what the standard asks for
constexpr std::string_view k_white_on_black = "\x1b[97;40m";
constexpr std::string_view k_plain = "\x1b[0m";

/// Loaded when a code is wanted: every other command starts without it.
struct Library {
  decltype(&QRcode_encodeString) encode = nullptr;
  decltype(&QRcode_free) free = nullptr;
};

Library load() {
  void* const handle = dlopen("libqrencode.so.4", RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr)
    return {};
  return {reinterpret_cast<decltype(&QRcode_encodeString)>(dlsym(handle, "QRcode_encodeString")),
          reinterpret_cast<decltype(&QRcode_free)>(dlsym(handle, "QRcode_free"))};
}

std::string_view character(bool upper_light, bool lower_light) {
  if (upper_light)
    return lower_light ? "█" : "▀";
  return lower_light ? "▄" : " ";
}

} // namespace

bool QrCode::is_dark(int row, int column) const {
  if (row < 0 || column < 0 || row >= size || column >= size)
    return false;
  const auto at = [](int number) { return static_cast<std::size_t>(number); };
  return dark[at(row) * at(size) + at(column)];
}

std::optional<QrCode> qr_code(std::string_view text) {
  static const Library k_library = load();
  if (k_library.encode == nullptr || k_library.free == nullptr)
    return std::nullopt;
  constexpr int k_any_version = 0;
  constexpr int k_case_matters = 1;
  const std::unique_ptr<QRcode, decltype(k_library.free)> made(
      k_library.encode(std::string(text).c_str(), k_any_version, QR_ECLEVEL_M, QR_MODE_8, k_case_matters),
      k_library.free);
  if (!made)
    return std::nullopt;
  QrCode code{made->width, {}};
  for (int i = 0; i < made->width * made->width; ++i)
    code.dark.push_back((made->data[i] & 1U) != 0);
  return code;
}

std::string half_blocks(const QrCode& code, bool colour) {
  std::string lines;
  const int end = code.size + k_margin;
  for (int row = -k_margin; row < end; row += 2) {
    lines += colour ? k_white_on_black : "";
    for (int column = -k_margin; column < end; ++column)
      lines += character(!code.is_dark(row, column), row + 1 < end && !code.is_dark(row + 1, column));
    lines += colour ? k_plain : "";
    lines += '\n';
  }
  return lines;
}

int width_of(const QrCode& code) {
  return code.size + 2 * k_margin;
}

} // namespace agr::term
