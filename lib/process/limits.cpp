// SPDX-License-Identifier: MIT
#include "process/limits.hpp"

#include <sys/resource.h>

#include <algorithm>

namespace agr::process {
namespace {

constexpr rlim_t k_usual = 1024;

void set_soft_limit(rlim_t wanted) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0)
    return;
  limit.rlim_cur = std::min(wanted, limit.rlim_max);
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

} // namespace

void raise_descriptor_limit() {
  set_soft_limit(RLIM_INFINITY);
}

void limit_files(std::uint64_t longest) {
  const rlimit none{.rlim_cur = 0, .rlim_max = 0};
  ::setrlimit(RLIMIT_CORE, &none);
  const rlimit limit{.rlim_cur = longest, .rlim_max = longest};
  if (longest > 0)
    ::setrlimit(RLIMIT_FSIZE, &limit);
}

void restore_descriptor_limit() {
  set_soft_limit(k_usual);
}

} // namespace agr::process
