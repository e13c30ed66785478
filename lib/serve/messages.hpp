// SPDX-License-Identifier: MIT
#pragma once

#include "agrenting/api.hpp"
#include "base/secret.hpp"
#include "http/async.hpp"
#include "serve/step.hpp"

#include <functional>
#include <set>
#include <string>

namespace agr::serve {

/// Sends the messages `agr submit` left in a folder, each until it is taken or refused. A message goes under
/// its own key, so that a service which looks at keys takes it once.
class Messages {
public:
  Messages(net::Loop& loop, http::Async& async, agrenting::Endpoint endpoint, std::string folder,
           const Redactor& redactor, std::function<void(const Log&)> log);

  /// From now on as somebody else.
  void use(agrenting::Endpoint endpoint) { m_endpoint = std::move(endpoint); }
  /// Looks what is there and sends it; what does not get through waits for the next time.
  void send_all();

private:
  struct Message {
    std::string key;
    std::string hiring_id;
    std::string content;
  };
  static std::vector<Message> read(const std::string& folder, const Redactor& redactor);
  void send(const Message& message);
  void settled(const Message& message, const Log& log);

  net::Loop& m_loop;
  http::Async& m_async;
  agrenting::Endpoint m_endpoint;
  std::string m_folder;
  const Redactor& m_redactor;
  std::function<void(const Log&)> m_log;
  std::set<std::string> m_under_way; // by key
};

} // namespace agr::serve
