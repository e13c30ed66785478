// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace agr {

/// What went wrong, by what the reader can do about it. Each kind has exactly one exit code.
enum class Kind {
  failed,          ///< 1   the operation failed, nothing more specific is known
  cancelled,       ///< 2   the person said no at a prompt
  partial,         ///< 3   some lines done, some not
  auth,            ///< 4   no credential, or it was refused
  forbidden,       ///< 5   the credential may not do this, or --read-only met a change
  not_found,       ///< 6
  conflict,        ///< 7   the state does not allow it
  outcome_unknown, ///< 7   the request may or may not have taken effect
  pending,         ///< 8   waited long enough, not finished
  money,           ///< 10  balance, price cap, a local limit
  usage,           ///< 64  bad input, found before any request
  unavailable,     ///< 69  network, TLS, timeout, 5xx after retries
  protocol,        ///< 69  the service answered with something that makes no sense
  locked,          ///< 75  another run holds the lock
  rate_limited,    ///< 75
  config,          ///< 78  configuration missing, malformed or too open
  internal,        ///< 1   a bug of ours, or the machine's (disk full, out of descriptors)
  dry_run,         ///< 0   --dry-run showed what would be sent and stopped there
};

/// A failure as a value. `message` says what was attempted, on what and why it failed; `hint` names the
/// next step. Neither ever holds a credential.
struct Error {
  Kind kind = Kind::failed;
  std::string message;
  std::string hint = {};
  std::string code = {}; ///< the service's own machine code, as it came
  std::optional<int> http_status = {};
  std::string request_id = {};
  std::optional<std::chrono::milliseconds> retry_after = {};

  /// Whether repeating the same command later may succeed without changing anything.
  [[nodiscard]] bool retryable() const;
};

/// The stable name of a kind, as `--json` errors print it.
std::string_view name_of(Kind kind);

/// The exit code of a kind (`agr help exit-codes`).
int exit_code(Kind kind);

} // namespace agr
