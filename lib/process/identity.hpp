// SPDX-License-Identifier: MIT
#pragma once

#include "process/fd.hpp"

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace agr::process {

/// Which process is meant, for longer than it lives: numbers are given out again, the time a process was
/// started at and the boot it belongs to are not.
struct Identity {
  pid_t pid = 0;
  std::uint64_t start = 0; ///< clock ticks since boot: /proc/PID/stat, field 22
  std::string boot = {};   ///< /proc/sys/kernel/random/boot_id

  friend bool operator==(const Identity&, const Identity&) = default;
};

/// Nothing when there is no such process or it is a zombie.
std::optional<Identity> identify(pid_t pid);
Identity own_identity();

/// A descriptor that becomes readable when exactly this process ends; nothing when it has ended.
std::optional<Fd> watch(const Identity& identity);

/// The living children of this process, adopted ones included.
std::vector<pid_t> children();

} // namespace agr::process
