// SPDX-License-Identifier: MIT
#pragma once

#include "base/time.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace agr::process {

/// The line to the service manager that started this process (sd_notify(3)), when there is one.
class ServiceManager {
public:
  /// By NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID of the environment; empty texts when unset.
  ServiceManager(std::string_view socket, std::string_view watchdog_usec, std::string_view watchdog_pid);

  /// "READY=1", "STATUS=…", several parted by line breaks. Nothing comes of it when nobody listens.
  void tell(std::string_view state) const;
  /// How often to say "WATCHDOG=1", half of what it waits for; nothing when it does not wait.
  [[nodiscard]] std::optional<Millis> heartbeat() const { return m_heartbeat; }

private:
  std::string m_socket;
  std::optional<Millis> m_heartbeat;
};

} // namespace agr::process
