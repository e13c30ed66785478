// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace agr::process {

/// As many open files as the system lets us have: each session is one.
void raise_descriptor_limit();

/// For a child, before it becomes a program: no file longer than this (0: any), and no core dump, which would
/// hold what it was told in confidence.
void limit_files(std::uint64_t longest);

/// What programs expect to find, some of which go through all numbers. For a child, before it becomes one.
void restore_descriptor_limit();

} // namespace agr::process
