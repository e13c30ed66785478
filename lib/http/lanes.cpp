// SPDX-License-Identifier: MIT
#include "http/lanes.hpp"

namespace agr::http {

Lanes::Lanes(const LaneLimits& limits) {
  of(Lane::urgent).limit = limits.urgent;
  of(Lane::report).limit = limits.report;
  of(Lane::handshake).limit = limits.handshake;
  of(Lane::normal).limit = limits.normal;
  of(Lane::bulk).limit = limits.bulk;
}

void Lanes::join(Lane lane, RequestId id) {
  of(lane).line.push_back(id);
}

void Lanes::withdraw(Lane lane, RequestId id) {
  std::erase(of(lane).line, id);
}

void Lanes::clear() {
  for (auto& lane : m_lanes)
    lane.line.clear();
}

std::optional<RequestId> Lanes::next() {
  for (auto& lane : m_lanes) {
    if (lane.line.empty() || lane.under_way >= lane.limit)
      continue;
    ++lane.under_way;
    const auto id = lane.line.front();
    lane.line.pop_front();
    return id;
  }
  return std::nullopt;
}

void Lanes::leave(Lane lane) {
  --of(lane).under_way;
}

} // namespace agr::http
