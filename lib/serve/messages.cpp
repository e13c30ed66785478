// SPDX-License-Identifier: MIT
#include "serve/messages.hpp"

#include "agrenting/answer.hpp"
#include "process/files.hpp"
#include "serve/answer.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <utility>

namespace agr::serve {

Messages::Messages(net::Loop& loop, http::Async& async, agrenting::Endpoint endpoint, std::string folder,
                   const Redactor& redactor, std::function<void(const Log&)> log)
    : m_loop(loop), m_async(async), m_endpoint(std::move(endpoint)), m_folder(std::move(folder)),
      m_redactor(redactor), m_log(std::move(log)) {}

std::vector<Messages::Message> Messages::read(const std::string& folder, const Redactor& redactor) {
  std::vector<Message> found;
  std::error_code code;
  for (const auto& file : std::filesystem::directory_iterator(folder, code)) {
    if (file.path().extension() != ".json")
      continue; // not whole yet
    const auto text = process::read_file(file.path().string());
    const auto value = text ? json::parse(*text) : fail(text.error());
    if (value)
      found.push_back({.key = file.path().stem().string(),
                       .hiring_id = (*value)["hiring_id"].text(),
                       .content = redactor.apply((*value)["content"].text())});
  }
  return found;
}

void Messages::send_all() {
  auto found = std::make_shared<std::vector<Message>>();
  m_loop.background([folder = m_folder, redactor = m_redactor, found] { *found = read(folder, redactor); },
                    [this, found] {
                      for (const auto& message : *found)
                        if (m_under_way.insert(message.key).second)
                          send(message);
                    });
}

void Messages::send(const Message& message) {
  auto request = agrenting::send_message(m_endpoint, message.hiring_id, message.content);
  request.headers.push_back({"X-Idempotency-Key", "agr-message-" + message.key});
  request.repeat = http::Repeat::keyed;
  m_async.send(std::move(request), [this, message](Result<http::Response> response) {
    m_under_way.erase(message.key);
    const auto attempted = "send a message about hiring " + message.hiring_id;
    const auto answer =
        response ? agrenting::document_of(*response, attempted) : fail(std::move(response).error());
    if (answer)
      return settled(message, {.event = "message_sent", .hiring_id = message.hiring_id});
    if (meaning_of(answer.error()) == Answer::refused || answer.error().http_status == 404)
      settled(message, {.level = Log::Level::error,
                        .event = "message_refused",
                        .hiring_id = message.hiring_id,
                        .text = answer.error().message});
  });
}

void Messages::settled(const Message& message, const Log& log) {
  ::unlink(fmt::format("{}/{}.json", m_folder, message.key).c_str());
  m_log(log);
}

} // namespace agr::serve
