// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace agr::term {

/// A QR code as a square of modules.
struct QrCode {
  int size = 0;
  std::vector<bool> dark; ///< size × size, row by row

  /// What lies outside is light: the margin.
  [[nodiscard]] bool is_dark(int row, int column) const;
};

/// The code of this text, which is taken byte by byte. Nothing when it is too long for one, or where the
/// library that makes them is not installed: a picture is a convenience.
std::optional<QrCode> qr_code(std::string_view text);

/// Two modules to a character, as lines. Light is drawn and dark left out, which is right where the ground is
/// dark; with `colour` it is right on any ground.
std::string half_blocks(const QrCode& code, bool colour);

/// Columns that half_blocks needs.
int width_of(const QrCode& code);

} // namespace agr::term
