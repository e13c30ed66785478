// SPDX-License-Identifier: MIT
#include "process/lock_table.hpp"

#include "base/text.hpp"
#include "process/files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>

namespace agr::process {
namespace {

/// FNV-1a, without the sign: among ten thousand names two share a place once in 10^11 times.
std::int64_t place_of(std::string_view name) {
  std::uint64_t hash = 14'695'981'039'346'656'037ULL;
  for (const char c : name)
    hash = (hash ^ static_cast<unsigned char>(c)) * 1'099'511'628'211ULL;
  return static_cast<std::int64_t>(hash >> 2);
}

/// A lock of the process, not of the open file: a child on its way to exec, which has the descriptor for a
/// moment, must not go on holding it when we are killed.
int set_lock(const Fd& file, short kind, std::int64_t place) {
  struct flock lock = {};
  lock.l_type = kind;
  lock.l_whence = SEEK_SET;
  lock.l_start = place;
  lock.l_len = 1;
  return ::fcntl(file.get(), F_SETLK, &lock);
}

/// Only people read it, so a full disk is no reason not to hold the lock.
void write_pid(const std::string& path) {
  const Fd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
  const auto pid = fmt::format("{}\n", ::getpid());
  if (file.is_open()) [[maybe_unused]]
    const auto written = ::write(file.get(), pid.data(), pid.size());
}

Error locked(const std::string& pid_file, const std::string& held, const std::string& hint) {
  const auto holder = std::string(trim(read_file(pid_file).value_or("")));
  return Error{.kind = Kind::locked,
               .message = fmt::format("{} by another process already{}", held,
                                      holder.empty() ? "" : fmt::format(", pid {}", printable(holder))),
               .hint = hint};
}

} // namespace

Hold::~Hold() {
  if (m_file)
    set_lock(*m_file, F_UNLCK, m_place);
}

Result<LockTable> LockTable::open(const std::string& path) {
  Fd file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file.is_open())
    return fail(system_error("open", path));
  return LockTable(std::move(file));
}

Result<Hold> LockTable::take(std::string_view name, const std::string& pid_file, const std::string& held,
                             const std::string& hint) const {
  const auto place = place_of(name);
  if (set_lock(*m_file, F_WRLCK, place) != 0)
    return fail(errno == EAGAIN || errno == EACCES ? locked(pid_file, held, hint)
                                                   : system_error("lock", pid_file));
  write_pid(pid_file);
  return Hold(m_file, place);
}

} // namespace agr::process
