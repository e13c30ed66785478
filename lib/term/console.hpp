// SPDX-License-Identifier: MIT
#pragma once

#include "base/result.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace agr::term {

/// One stream to the person or the next program. Only this room writes to a terminal.
class Output {
public:
  virtual ~Output() = default;
  virtual void write(std::string_view text) = 0;
  /// False once something was lost: a full disk. A reader that left early lost nothing it wanted.
  [[nodiscard]] virtual bool ok() const { return true; }
  [[nodiscard]] virtual bool is_terminal() const = 0;
  [[nodiscard]] virtual int width() const = 0; ///< columns; 80 when unknown
};

/// What the person or the program before us sends.
class Input {
public:
  virtual ~Input() = default;
  [[nodiscard]] virtual bool is_terminal() const = 0;
  /// A line without its end. Errors: Kind::cancelled at the end of input.
  virtual Result<std::string> line() = 0;
  /// As line, with the terminal's echo off.
  virtual Result<std::string> hidden_line() = 0;
  /// Everything to the end, at most `limit` bytes. Errors: Kind::usage beyond it.
  virtual Result<std::string> everything(std::size_t limit) = 0;
};

/// stdout is the answer, stderr is the talk.
struct Console {
  Output& out;
  Output& err;
  Input& in;
};

/// The process's own streams. A closed pipe ends the output quietly instead of the process.
Console system_console();

enum class Paint { plain, bold, dim, red, green, yellow, blue, cyan };

/// `text` in that colour when `enabled`.
std::string paint(std::string_view text, Paint paint, bool enabled);

/// Breaks text at spaces into lines of at most `columns`, keeping its own line breaks.
std::string wrap(std::string_view text, std::size_t columns, std::size_t indent);

} // namespace agr::term
