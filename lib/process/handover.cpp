// SPDX-License-Identifier: MIT
#include "process/handover.hpp"

#include "process/files.hpp"

#include <sys/prctl.h>
#include <sys/socket.h>

#include <array>

namespace agr::process {
namespace {

constexpr std::size_t k_most_bytes = 16 * 1024;

} // namespace

Result<Fd> hand_over(const Secret& secret, int times) {
  const auto& text = secret.reveal();
  if (text.size() > k_most_bytes)
    return fail(Error{Kind::internal, "a secret is too long to be handed over"});
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends.data()) != 0)
    return fail(system_error("make", "a socket"));
  const Fd giver(ends[0]);
  Fd receiver(ends[1]);
  for (int i = 0; i < times && !text.empty(); ++i)
    if (::send(giver.get(), text.data(), text.size(), MSG_NOSIGNAL) < 0)
      return fail(system_error("hand over", "a secret"));
  return receiver;
}

std::optional<Secret> take_secret(int descriptor) {
  std::string text(k_most_bytes, '\0');
  const auto got = ::recv(descriptor, text.data(), text.size(), MSG_DONTWAIT);
  if (got <= 0)
    return {};
  text.resize(static_cast<std::size_t>(got));
  return Secret(std::move(text));
}

void close_to_others() {
  ::prctl(PR_SET_DUMPABLE, 0);
}

} // namespace agr::process
