// SPDX-License-Identifier: MIT
#include "cmd/agrenting/artifact_upload.hpp"

#include "base/text.hpp"
#include "cmd/agrenting/agrenting_calls.hpp"
#include "cmd/frame/input.hpp"
#include "crypto/digest.hpp"
#include "crypto/hasher.hpp"
#include "process/fd.hpp"
#include "process/files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <span>
#include <utility>

namespace agr::cmd {
namespace {

using agrenting::Artifact;
using agrenting::Endpoint;
using agrenting::NewArtifact;

constexpr std::size_t k_largest_input = std::size_t{64} << 20;  // of what has to be in memory
constexpr std::size_t k_largest_request = std::size_t{8} << 20; // more than one file only below this
constexpr std::size_t k_piece = std::size_t{3} << 16;           // bytes whose base64 needs no padding

std::string name_of(const std::string& path) {
  const std::string name = std::filesystem::path(path).filename().string();
  return name.empty() || name == "-" ? "artifact" : name;
}

/// Only bytes without a form of their own: the service takes no base64 for the others.
bool is_large(const std::string& path, const std::string& type) {
  std::error_code none;
  return type == "file" && path != "-" && std::filesystem::is_regular_file(path, none) &&
         std::filesystem::file_size(path, none) > k_largest_request;
}

/// The same files for the same hiring are the same upload.
struct Part {
  std::string name;
  std::string type;
  std::string sha256; ///< raw
};

std::string upload_key(const std::string& hiring, std::span<const Part> parts) {
  crypto::Hasher hasher;
  hasher.add(hiring);
  for (const Part& part : parts) {
    hasher.add(crypto::sha256(part.name));
    hasher.add(crypto::sha256(part.type));
    hasher.add(part.sha256);
  }
  return "upload-" + hex(hasher.take()).substr(0, 32);
}

/// A file without a name: it is gone when this process is, however that ends.
class Scratch {
public:
  static Result<Scratch> create(Context& context) {
    AGR_TRY_ASSIGN(std::string path, context.state_file("upload-XXXXXX"));
    process::Fd fd(::mkostemp(path.data(), O_CLOEXEC));
    if (!fd.is_open())
      return fail(process::system_error("create", path));
    ::unlink(path.c_str());
    return Scratch(std::move(fd));
  }

  Result<void> write(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto wrote = ::write(m_fd.get(), bytes.data(), bytes.size());
      if (wrote < 0 && errno != EINTR)
        return fail(process::system_error("write", "the upload to the state folder"));
      bytes.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(wrote, 0)));
    }
    return {};
  }
  [[nodiscard]] std::string path() const { return fmt::format("/proc/self/fd/{}", m_fd.get()); }

private:
  explicit Scratch(process::Fd fd) : m_fd(std::move(fd)) {}
  process::Fd m_fd;
};

struct Sent {
  std::string sha256; ///< raw
  long long size = 0;
};

Result<Sent> write_base64(const std::string& path, Scratch& to) {
  std::ifstream file(path, std::ios::binary);
  std::string piece(k_piece, '\0');
  crypto::Hasher hasher;
  Sent sent;
  while (file) {
    file.read(piece.data(), static_cast<std::streamsize>(piece.size()));
    const std::string_view got(piece.data(), static_cast<std::size_t>(file.gcount()));
    hasher.add(got);
    sent.size += static_cast<long long>(got.size());
    AGR_TRY(to.write(base64(got)));
  }
  if (!file.eof())
    return fail({Kind::usage, fmt::format("reading {} failed: {}", printable(path), std::strerror(errno))});
  sent.sha256 = hasher.take();
  return sent;
}

/// What the service shows of an artifact must be what left.
Result<void> check_arrival(const Artifact& there, const Sent& sent) {
  const bool other_size = there.size && *there.size != sent.size;
  const bool other_bytes = !there.sha256.empty() && !iequals(there.sha256, hex(sent.sha256));
  if (!other_size && !other_bytes)
    return {};
  return fail({Kind::protocol,
               fmt::format("artifact {} arrived otherwise than it left: {} bytes were sent",
                           printable(there.name), sent.size),
               "upload it again under another name; the service keeps both"});
}

class Upload {
public:
  Upload(Context& context, const Endpoint& endpoint, const std::string& hiring)
      : m_context(context), m_endpoint(endpoint), m_hiring(hiring) {}

  Result<void> add(const std::string& path, const std::string& type) {
    if (is_large(path, type)) {
      AGR_TRY(flush());
      return send_large(path, type);
    }
    AGR_TRY_ASSIGN(std::string bytes, read_input(path, m_context, k_largest_input));
    const bool full = m_batch.size() == agrenting::k_most_artifacts ||
                      (!m_batch.empty() && m_bytes + bytes.size() > k_largest_request);
    if (full)
      AGR_TRY(flush());
    m_bytes += bytes.size();
    m_batch.push_back({name_of(path), type, std::move(bytes)});
    return {};
  }

  Result<void> flush() {
    if (m_batch.empty())
      return {};
    std::vector<Part> parts;
    for (const NewArtifact& one : m_batch)
      parts.push_back({one.name, one.type, crypto::sha256(one.bytes)});
    AGR_TRY(send(agrenting::upload_artifacts(m_endpoint, m_hiring, m_batch, upload_key(m_hiring, parts))));
    m_batch.clear();
    m_bytes = 0;
    return {};
  }

  json::Value take_answers() { return std::move(m_answers); }

private:
  Result<void> send_large(const std::string& path, const std::string& type) {
    auto large = agrenting::upload_large_artifact(m_endpoint, m_hiring, name_of(path), type);
    AGR_TRY_ASSIGN(Scratch body, Scratch::create(m_context));
    AGR_TRY(body.write(large.before));
    AGR_TRY_ASSIGN(const Sent sent, write_base64(path, body));
    AGR_TRY(body.write(large.after));
    const std::vector<Part> parts{{name_of(path), type, sent.sha256}};
    large.request = agrenting::with_upload_key(std::move(large.request), upload_key(m_hiring, parts));
    large.request.body_file = body.path();
    AGR_TRY_ASSIGN(const auto there, send(std::move(large.request)));
    return there.size() == 1 ? check_arrival(there.front(), sent) : Result<void>();
  }

  Result<std::vector<Artifact>> send(http::Request request) {
    AGR_TRY_ASSIGN(auto page, ask(m_context, std::move(request), agrenting::read_artifacts,
                                  fmt::format("uploading to hiring {}", printable(m_hiring))));
    for (const Artifact& artifact : page.items)
      m_answers.push(artifact.raw);
    return std::move(page.items);
  }

  Context& m_context;
  const Endpoint& m_endpoint;
  const std::string& m_hiring;
  std::vector<NewArtifact> m_batch;
  std::size_t m_bytes = 0; // of the batch
  json::Value m_answers = json::Value::array();
};

} // namespace

Result<json::Value> upload_files(Context& context, const Endpoint& endpoint, const std::string& hiring,
                                 const std::vector<std::string>& paths, const std::string& type) {
  Upload upload(context, endpoint, hiring);
  for (const std::string& path : paths)
    AGR_TRY(upload.add(path, type));
  AGR_TRY(upload.flush());
  return upload.take_answers();
}

} // namespace agr::cmd
