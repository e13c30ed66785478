// SPDX-License-Identifier: MIT
#pragma once

#include "net/loop.hpp"

#include <curl/curl.h>

#include <functional>
#include <memory>
#include <unordered_map>
#include <vector>

// For this room's .cpp files only: libcurl's multi interface on our loop.

namespace agr::http {

/// Many transfers at once. What libcurl's callbacks ask for is only noted on the loop; `after_action` runs
/// when libcurl has returned, so that it may add and remove handles.
class Multi {
public:
  Multi(net::Loop& loop, std::function<void()> after_action);
  Multi(const Multi&) = delete;
  Multi& operator=(const Multi&) = delete;
  ~Multi();

  void add(CURL* easy);
  void remove(CURL* easy);

  struct Finished {
    CURL* easy = nullptr;
    CURLcode code = CURLE_OK;
  };
  std::vector<Finished> take_finished();

private:
  struct MultiDeleter {
    void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
  };

  static int on_socket(CURL* easy, curl_socket_t socket, int wanted, void* self, void* unused);
  static int on_timeout(CURLM* multi, long milliseconds, void* self);
  void watch(curl_socket_t socket, int wanted);
  void set_timer(long milliseconds);
  void act(curl_socket_t socket, int events);

  net::Loop& m_loop;
  std::function<void()> m_after_action;
  std::unordered_map<curl_socket_t, net::WatchId> m_watches;
  net::TimerId m_timer{};
  std::unique_ptr<CURLM, MultiDeleter> m_multi;
};

} // namespace agr::http
