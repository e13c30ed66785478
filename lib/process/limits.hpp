// SPDX-License-Identifier: MIT
#pragma once

namespace agr::process {

/// As many open files as the system lets us have: each session is one.
void raise_descriptor_limit();

/// What programs expect to find, some of which go through all numbers. For a child, before it becomes one.
void restore_descriptor_limit();

} // namespace agr::process
