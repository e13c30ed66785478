// SPDX-License-Identifier: MIT
#include "term/console.hpp"

#include "base/text.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace agr::term {
namespace {

constexpr int k_default_width = 80;

class FileOutput final : public Output {
public:
  explicit FileOutput(int fd) : m_fd(fd), m_terminal(isatty(fd) == 1) {}

  void write(std::string_view text) override {
    while (!text.empty() && !m_closed) {
      const ssize_t written = ::write(m_fd, text.data(), text.size());
      if (written < 0 && errno == EINTR)
        continue;
      if (written >= 0) {
        text.remove_prefix(static_cast<std::size_t>(written));
        continue;
      }
      m_closed = true;
      m_lost = errno != EPIPE;
    }
  }

  [[nodiscard]] bool ok() const override { return !m_lost; }

  [[nodiscard]] bool is_terminal() const override { return m_terminal; }

  [[nodiscard]] int width() const override {
    winsize size{};
    if (!m_terminal || ioctl(m_fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
      return k_default_width;
    return size.ws_col;
  }

private:
  int m_fd;
  bool m_terminal;
  bool m_closed = false;
  bool m_lost = false;
};

/// Turns the echo off for as long as it lives.
class Silence {
public:
  explicit Silence(int fd) : m_fd(fd), m_active(tcgetattr(fd, &m_before) == 0) {
    termios quiet = m_before;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    if (m_active)
      tcsetattr(m_fd, TCSAFLUSH, &quiet);
  }
  ~Silence() {
    if (m_active)
      tcsetattr(m_fd, TCSAFLUSH, &m_before);
  }
  Silence(const Silence&) = delete;
  Silence& operator=(const Silence&) = delete;

private:
  int m_fd;
  termios m_before{};
  bool m_active;
};

class FileInput final : public Input {
public:
  explicit FileInput(int fd) : m_fd(fd) {}

  [[nodiscard]] bool is_terminal() const override { return isatty(m_fd) == 1; }

  Result<std::string> line() override {
    for (;;) {
      if (const std::size_t end = m_pending.find('\n'); end != std::string::npos) {
        std::string out = m_pending.substr(0, end);
        m_pending.erase(0, end + 1);
        return out;
      }
      AGR_TRY_ASSIGN(const bool more, read_more());
      if (!more)
        return last_line();
    }
  }

  Result<std::string> hidden_line() override {
    const Silence silence(m_fd);
    return line();
  }

  Result<std::string> everything(std::size_t limit) override {
    for (;;) {
      if (m_pending.size() > limit)
        return fail({Kind::usage, fmt::format("standard input has more than {} bytes", limit)});
      AGR_TRY_ASSIGN(const bool more, read_more());
      if (!more)
        return std::exchange(m_pending, {});
    }
  }

private:
  Result<bool> read_more() {
    std::array<char, 65536> buffer; // filled by read
    for (;;) {
      const ssize_t got = read(m_fd, buffer.data(), buffer.size());
      if (got >= 0) {
        m_pending.append(buffer.data(), static_cast<std::size_t>(got));
        return got > 0;
      }
      if (errno != EINTR)
        return fail({Kind::usage, fmt::format("reading standard input failed: {}", std::strerror(errno))});
    }
  }

  Result<std::string> last_line() {
    if (m_pending.empty())
      return fail({Kind::cancelled, "the input ended before an answer came"});
    return std::exchange(m_pending, {});
  }

  int m_fd;
  std::string m_pending;
};

std::string_view code_of(Paint paint) {
  switch (paint) {
  case Paint::bold:
    return "1";
  case Paint::dim:
    return "2";
  case Paint::red:
    return "31";
  case Paint::green:
    return "32";
  case Paint::yellow:
    return "33";
  case Paint::blue:
    return "34";
  case Paint::cyan:
    return "36";
  case Paint::plain:
    break;
  }
  return "";
}

} // namespace

Console system_console() {
  static FileOutput out(STDOUT_FILENO);
  static FileOutput err(STDERR_FILENO);
  static FileInput in(STDIN_FILENO);
  return {out, err, in};
}

std::string paint(std::string_view text, Paint paint, bool enabled) {
  const std::string_view code = code_of(paint);
  if (!enabled || code.empty() || text.empty())
    return std::string(text);
  return fmt::format("\x1b[{}m{}\x1b[0m", code, text);
}

std::string wrap(std::string_view text, std::size_t columns, std::size_t indent) {
  const std::string margin(indent, ' ');
  std::string out;
  bool first_line = true;
  for (const std::string& paragraph : split(text, '\n')) {
    std::size_t column = 0;
    if (!first_line)
      out += '\n';
    first_line = false;
    for (const std::string& word : split(paragraph, ' ')) {
      const std::size_t width = display_width(word);
      if (column > 0 && indent + column + 1 + width > columns) {
        out += '\n';
        column = 0;
      }
      out += column == 0 ? margin : " ";
      out += word;
      column += width + (column == 0 ? 0 : 1);
    }
  }
  return out;
}

} // namespace agr::term
