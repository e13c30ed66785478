// SPDX-License-Identifier: MIT
#pragma once

#include "base/result.hpp"
#include "base/secret.hpp"
#include "process/fd.hpp"

#include <optional>

/// How a secret gets from one process to another: it waits in a socket the other one inherits. So it is in no
/// argument, environment or file, and, unlike a pipe, it cannot be opened again through /proc.
namespace agr::process {

/// Where a program finds the secret it is handed.
inline constexpr int k_secret_descriptor = 3;

/// The end for the receiver, who may take the secret that many times. Errors: Kind::internal, also for more
/// than a few kilobytes.
Result<Fd> hand_over(const Secret& secret, int times = 1);

/// Nothing when there is none (any more); never waits.
std::optional<Secret> take_secret(int descriptor = k_secret_descriptor);

/// This process holds a secret: no other one of the same user may look into it, and it leaves no core dump.
void close_to_others();

} // namespace agr::process
