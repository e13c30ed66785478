// SPDX-License-Identifier: MIT
#include "serve/staging.hpp"

#include "base/text.hpp"
#include "crypto/hasher.hpp"
#include "process/fd.hpp"
#include "process/files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <vector>

namespace agr::serve {
namespace {

constexpr std::size_t k_piece = std::size_t{64} << 10;
constexpr std::size_t k_window = std::size_t{1} << 20;
/// No secret is longer, in whatever encoding.
constexpr std::size_t k_margin = std::size_t{16} << 10;
/// Longer texts are sent as files: the marketplace wants no large texts inline.
constexpr std::uint64_t k_longest_text = std::uint64_t{1} << 20;

Error trouble(const ArtifactFile& file, std::string_view what) {
  return Error{.kind = Kind::internal, .message = fmt::format("artifact {} {}", printable(file.name), what)};
}

/// Gives all bytes of a plain file that is not reached by a link.
Result<void> read_pieces(const ArtifactFile& file, const TakeBytes& take) {
  const process::Fd fd(::open(file.path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  struct stat info{};
  if (!fd.is_open() || ::fstat(fd.get(), &info) != 0)
    return fail(process::system_error("open artifact", file.path));
  if (!S_ISREG(info.st_mode))
    return fail(trouble(file, "is no plain file"));
  std::vector<char> piece(k_piece);
  for (;;) {
    const auto got = ::read(fd.get(), piece.data(), piece.size());
    if (got == 0)
      return {};
    if (got > 0)
      AGR_TRY(take(std::string_view(piece.data(), static_cast<std::size_t>(got))));
    else if (errno != EINTR)
      return fail(process::system_error("read artifact", file.path));
  }
}

/// Where a UTF-8 text that goes on may be cut: before a character that is not whole.
std::size_t whole_characters(std::string_view text) {
  const std::size_t back = std::min<std::size_t>(text.size(), 3);
  for (std::size_t i = 1; i <= back; ++i) {
    const auto byte = static_cast<unsigned char>(text[text.size() - i]);
    if ((byte & 0xC0U) == 0xC0U) {
      const std::size_t length = byte >= 0xF0U ? 4 : byte >= 0xE0U ? 3 : 2;
      return length > i ? text.size() - i : text.size();
    }
    if ((byte & 0x80U) == 0)
      break;
  }
  return text.size();
}

/// Whether all of a text in pieces is UTF-8 without zero bytes, and how it begins.
class Look {
public:
  void add(std::string_view piece) {
    if (m_begin.size() < k_piece)
      m_begin.append(piece.substr(0, k_piece - m_begin.size()));
    m_rest += piece;
    const auto whole = whole_characters(m_rest);
    judge(std::string_view(m_rest).substr(0, whole));
    m_rest.erase(0, whole);
  }
  bool is_text() {
    judge(m_rest);
    return m_is_text;
  }
  [[nodiscard]] std::string_view begin() const {
    return std::string_view(m_begin).substr(0, whole_characters(m_begin));
  }

private:
  void judge(std::string_view text) {
    m_is_text = m_is_text && is_utf8(text) && text.find('\0') == std::string_view::npos;
  }

  std::string m_begin;
  std::string m_rest;
  bool m_is_text = true;
};

/// Base64 of bytes that come in pieces.
class Encoder {
public:
  explicit Encoder(TakeBytes take) : m_take(std::move(take)) {}

  Result<void> add(std::string_view bytes) {
    m_rest += bytes;
    const auto whole = m_rest.size() - m_rest.size() % 3;
    AGR_TRY(m_take(base64(std::string_view(m_rest).substr(0, whole))));
    m_rest.erase(0, whole);
    return {};
  }
  Result<void> end() { return m_take(base64(m_rest)); }

private:
  TakeBytes m_take;
  std::string m_rest;
};

} // namespace

Result<void> Masker::add(std::string_view bytes) {
  m_window += bytes;
  while (m_window.size() >= k_window)
    AGR_TRY(cut());
  return {};
}

Result<void> Masker::end() {
  return m_take(m_redactor.apply(std::exchange(m_window, {})));
}

/// Gives what is safely before the end of the window: cut where masking both sides together is the same as
/// masking each of them.
Result<void> Masker::cut() {
  constexpr std::size_t k_step = 997;
  constexpr int k_tries = 32;
  const std::string_view window = m_window;
  auto at = whole_characters(window.substr(0, window.size() - k_margin));
  for (int tried = 1; tried < k_tries; ++tried) {
    const auto before = window.substr(at - k_margin, k_margin);
    const auto after = window.substr(at, k_margin);
    const auto together = window.substr(at - k_margin, 2 * k_margin);
    if (m_redactor.apply(before) + m_redactor.apply(after) == m_redactor.apply(together))
      break;
    at = whole_characters(window.substr(0, at - k_step));
  }
  AGR_TRY(m_take(m_redactor.apply(window.substr(0, at))));
  m_window.erase(0, at);
  return {};
}

Result<StagedArtifact> stage(const ArtifactFile& file, const Redactor& redactor) {
  Look look;
  AGR_TRY(read_pieces(file, [&look](std::string_view piece) -> Result<void> {
    look.add(piece);
    return {};
  }));
  StagedArtifact artifact{.file = file, .name = redactor.apply(file.name), .is_text = look.is_text()};
  artifact.type = artifact.is_text && file.size > k_longest_text
                      ? "file"
                      : artifact_type(file.name, look.begin(), artifact.is_text);
  crypto::Hasher hasher;
  AGR_TRY(read_staged(artifact, redactor, [&](std::string_view piece) -> Result<void> {
    hasher.add(piece);
    artifact.size += piece.size();
    return {};
  }));
  artifact.sha256 = hex(hasher.take());
  return artifact;
}

Result<void> read_staged(const StagedArtifact& artifact, const Redactor& redactor, const TakeBytes& take) {
  if (!artifact.is_text)
    return read_pieces(artifact.file, take);
  Masker masker(redactor, take);
  AGR_TRY(read_pieces(artifact.file, [&masker](std::string_view piece) { return masker.add(piece); }));
  return masker.end();
}

Result<void> write_body(const StagedArtifact& artifact, const Redactor& redactor, std::string_view before,
                        std::string_view after, const std::string& path) {
  const process::Fd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!fd.is_open())
    return fail(process::system_error("create", path));
  const TakeBytes write = [&](std::string_view bytes) -> Result<void> {
    while (!bytes.empty()) {
      const auto written = ::write(fd.get(), bytes.data(), bytes.size());
      if (written < 0 && errno != EINTR)
        return fail(process::system_error("write", path));
      bytes.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(written, 0)));
    }
    return {};
  };
  Encoder encoder(write);
  std::uint64_t size = 0;
  AGR_TRY(write(before));
  AGR_TRY(read_staged(artifact, redactor, [&](std::string_view piece) {
    size += piece.size();
    return encoder.add(piece);
  }));
  AGR_TRY(encoder.end());
  AGR_TRY(write(after));
  return size == artifact.size ? Result<void>() : fail(trouble(artifact.file, "was changed meanwhile"));
}

} // namespace agr::serve
