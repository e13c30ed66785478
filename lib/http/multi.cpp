// SPDX-License-Identifier: MIT
#include "http/multi.hpp"

namespace agr::http {

Multi::Multi(net::Loop& loop, std::function<void()> after_action)
    : m_loop(loop), m_after_action(std::move(after_action)), m_multi(curl_multi_init()) {
  curl_multi_setopt(m_multi.get(), CURLMOPT_SOCKETFUNCTION, &Multi::on_socket);
  curl_multi_setopt(m_multi.get(), CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(m_multi.get(), CURLMOPT_TIMERFUNCTION, &Multi::on_timeout);
  curl_multi_setopt(m_multi.get(), CURLMOPT_TIMERDATA, this);
}

Multi::~Multi() {
  m_multi.reset(); // closes its sockets, and takes back their watches first
  m_loop.cancel(m_timer);
  for (const auto& [socket, watch] : m_watches)
    m_loop.unwatch(watch);
}

void Multi::add(CURL* easy) {
  curl_multi_add_handle(m_multi.get(), easy);
}
void Multi::remove(CURL* easy) {
  curl_multi_remove_handle(m_multi.get(), easy);
}

std::vector<Multi::Finished> Multi::take_finished() {
  std::vector<Finished> finished;
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(m_multi.get(), &left))
    if (message->msg == CURLMSG_DONE)
      finished.push_back({message->easy_handle, message->data.result});
  return finished;
}

int Multi::on_socket(CURL*, curl_socket_t socket, int wanted, void* self, void*) {
  static_cast<Multi*>(self)->watch(socket, wanted);
  return 0;
}

int Multi::on_timeout(CURLM*, long milliseconds, void* self) {
  static_cast<Multi*>(self)->set_timer(milliseconds);
  return 0;
}

void Multi::watch(curl_socket_t socket, int wanted) {
  const auto found = m_watches.find(socket);
  if (wanted == CURL_POLL_REMOVE) {
    if (found == m_watches.end())
      return;
    m_loop.unwatch(found->second);
    m_watches.erase(found);
    return;
  }
  const net::Interest interest{.read = (wanted & CURL_POLL_IN) != 0, .write = (wanted & CURL_POLL_OUT) != 0};
  if (found != m_watches.end())
    return m_loop.change(found->second, interest);
  m_watches[socket] = m_loop.watch(socket, interest, [this, socket](net::Interest ready) {
    act(socket, (ready.read ? CURL_CSELECT_IN : 0) | (ready.write ? CURL_CSELECT_OUT : 0));
  });
}

void Multi::set_timer(long milliseconds) {
  m_loop.cancel(m_timer);
  if (milliseconds >= 0)
    m_timer = m_loop.after(Millis{milliseconds}, [this] { act(CURL_SOCKET_TIMEOUT, 0); });
}

void Multi::act(curl_socket_t socket, int events) {
  int running = 0;
  curl_multi_socket_action(m_multi.get(), socket, events, &running);
  m_after_action();
}

} // namespace agr::http
