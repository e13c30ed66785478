// SPDX-License-Identifier: MIT
#pragma once

#include "agrenting/api.hpp"
#include "base/secret.hpp"
#include "http/async.hpp"
#include "serve/artifacts.hpp"
#include "serve/link.hpp"
#include "serve/repository.hpp"

#include <memory>

namespace agr::serve {

/// Talks to the marketplace about hirings: asks for work, submits, reads back. Each call ends in
/// exactly one event, except list() while it is asked already.
class Reports {
public:
  Reports(net::Loop& loop, http::Async& async, agrenting::Endpoint endpoint, std::string spools,
          const Redactor& redactor, Tell tell);

  /// From now on as somebody else.
  void use(agrenting::Endpoint endpoint) { m_endpoint = std::move(endpoint); }
  void list();
  void read(const ReadHiring& read);
  void submit(const SubmitResult& result);
  void submit(const SubmitFailure& failure);
  /// Where the work of a hiring in push mode goes, and the token for it; answered instead of told.
  void find_repository(const std::string& id, std::function<void(Result<Repository>)> answered);

private:
  using Answered = std::function<void(Result<json::Value>)>;

  void ask(http::Request request, std::string attempted, Answered answered,
           http::Lane lane = http::Lane::normal);
  void look_among_pending(const std::string& id);
  void find_pending_repository(const std::string& id, std::function<void(Result<Repository>)> answered);
  void send_report(http::Request request, const std::string& id, const std::string& attempted);

  net::Loop& m_loop;
  http::Async& m_async;
  agrenting::Endpoint m_endpoint;
  std::string m_spools;
  const Redactor& m_redactor;
  Tell m_tell;
  bool m_listing = false;
};

} // namespace agr::serve
