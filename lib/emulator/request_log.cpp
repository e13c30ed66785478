// SPDX-License-Identifier: MIT
#include "emulator/request_log.hpp"

#include "base/text.hpp"
#include "emulator/masking.hpp"

namespace agr::emulator {
namespace {

constexpr std::size_t k_kept = 10'000;
constexpr std::size_t k_longest_path = 300;

} // namespace

std::uint64_t RequestLog::came_in(Time at, std::string method, std::string path, std::string who) {
  if (m_lines.size() == k_kept)
    m_lines.pop_front();
  path.resize(std::min(path.size(), k_longest_path));
  m_lines.push_back({++m_last, at, std::move(method), printable(without_keys(path)), std::move(who)});
  return m_last;
}

RequestLog::Line* RequestLog::find(std::uint64_t number) {
  if (m_lines.empty() || number < m_lines.front().number || number > m_last)
    return nullptr;
  return &m_lines[number - m_lines.front().number];
}

void RequestLog::met_fault(std::uint64_t number, std::string fault) {
  if (Line* line = find(number))
    line->fault = std::move(fault);
}

void RequestLog::answered(std::uint64_t number, int status) {
  if (Line* line = find(number))
    line->status = status;
}

json::Value RequestLog::lines(std::uint64_t after) const {
  json::Value lines = json::Value::array();
  for (const Line& line : m_lines)
    if (line.number > after)
      lines.push(json::Value::object({{"number", json::Value(line.number)},
                                      {"at", rfc3339(line.at)},
                                      {"method", line.method},
                                      {"path", line.path},
                                      {"principal", line.who},
                                      {"status", line.status},
                                      {"fault", line.fault}}));
  return lines;
}

} // namespace agr::emulator
