// SPDX-License-Identifier: MIT
#include "config/writer.hpp"

#include "config/document.hpp"
#include "config/private_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace agr::config {
namespace {

/// Two commands that save keys at the same time must not lose one: the lock lives in the state folder.
class Lock {
public:
  static Result<Lock> take(const Paths& paths) {
    AGR_TRY(make_private_folder(paths.state));
    const std::string path = paths.state + "/config.lock";
    const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0 || flock(fd, LOCK_EX) != 0)
      return fail({Kind::config, fmt::format("locking {} failed: {}", path, std::strerror(errno))});
    return Lock(fd);
  }
  Lock(Lock&& other) noexcept : m_fd(std::exchange(other.m_fd, -1)) {}
  Lock& operator=(Lock&&) = delete;
  ~Lock() {
    if (m_fd >= 0)
      close(m_fd);
  }

private:
  explicit Lock(int fd) : m_fd(fd) {}
  int m_fd;
};

} // namespace

struct Writer::Impl {
  Lock lock;
  Document document;
  Replacement replacement;
};

Writer::Writer(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}
Writer::Writer(Writer&&) noexcept = default;
Writer& Writer::operator=(Writer&&) noexcept = default;
Writer::~Writer() = default;

Result<Writer> Writer::open(const Paths& paths) {
  AGR_TRY_ASSIGN(Lock lock, Lock::take(paths));
  AGR_TRY_ASSIGN(const std::optional<std::string> content, read_if_private(paths.config));
  AGR_TRY_ASSIGN(Document document, Document::parse(content.value_or(""), paths.config));
  AGR_TRY_ASSIGN(Replacement replacement, Replacement::begin(paths.config));
  return Writer(std::unique_ptr<Impl>(
      new Impl{std::move(lock), std::move(document), std::move(replacement)})); // an aggregate
}

void Writer::set(const std::vector<std::string>& path, std::string_view value) {
  m_impl->document.set(path, value);
}

void Writer::set(const std::vector<std::string>& path, const Secret& value) {
  m_impl->document.set(path, value.reveal());
}

void Writer::remove(const std::vector<std::string>& path) {
  m_impl->document.remove(path);
}

void Writer::put_agent(std::string_view profile, std::string_view name, std::string_view did,
                       std::string_view id, const Secret& api_key) {
  m_impl->document.put_in_array(
      {"profile", std::string(profile), "agrenting", "agents"}, "name", name,
      {{"did", std::string(did)}, {"id", std::string(id)}, {"api_key", api_key.reveal()}});
}

Result<void> Writer::commit() {
  return m_impl->replacement.commit(m_impl->document.write());
}

} // namespace agr::config
