// SPDX-License-Identifier: MIT
#include "process/fd.hpp"
#include "process/notify.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cstring>

using namespace agr;
using namespace agr::process;

TEST_CASE("the service manager hears what it is told, by a name without a file") {
  const auto name = fmt::format("@agr-notify-{}", ::getpid());
  const Fd ear(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path + 1, name.data() + 1, name.size() - 1);
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
  REQUIRE(::bind(ear.get(), reinterpret_cast<const sockaddr*>(&address), length) == 0);
  ServiceManager(name, "", "").tell("READY=1\nSTATUS=fine");
  char heard[100] = {};
  CHECK(::recv(ear.get(), heard, sizeof heard, 0) == 19);
  CHECK(std::string_view(heard) == "READY=1\nSTATUS=fine");
}

TEST_CASE("without a service manager nothing happens") {
  for (const auto& socket : {std::string(), std::string("/nowhere/notify"), std::string(500, 'x')})
    ServiceManager(socket, "", "").tell("READY=1");
}

TEST_CASE("the heartbeat is half of what the watchdog waits for, when it waits for us") {
  const auto own = std::to_string(::getpid());
  struct Case {
    std::string usec;
    std::string pid;
    std::optional<Millis> heartbeat;
  };
  for (const auto& c : {Case{"30000000", own, Millis(15'000)}, Case{"30000000", "", Millis(15'000)},
                        Case{"1", own, Millis(1)}, Case{"30000000", "1", {}}, Case{"", own, {}},
                        Case{"x", own, {}}, Case{"-5", own, {}}})
    CHECK(ServiceManager("", c.usec, c.pid).heartbeat() == c.heartbeat);
}
