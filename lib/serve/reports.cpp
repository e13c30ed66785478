// SPDX-License-Identifier: MIT
#include "serve/reports.hpp"

#include "agrenting/answer.hpp"
#include "agrenting/decode.hpp"
#include "base/text.hpp"
#include "process/files.hpp"
#include "serve/handler.hpp"
#include "serve/offer.hpp"
#include "serve/order.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace agr::serve {
namespace {

/// A large body over a slow line takes its time.
constexpr Millis k_body_timeout{300'000};

/// Names the same report on every try, so that a service that looks at it knows a repeat.
std::string key_of(std::string_view what, std::string_view id, int attempt) {
  return fmt::format("agr-{}-{}-{}", what, id, attempt);
}

http::Request patient(http::Request request) {
  request.timeout = k_body_timeout;
  return request;
}

std::optional<Offer> find_among(const HiringsListed& listed, std::string_view id) {
  const auto found = std::ranges::find(listed.offers, id, &Offer::id);
  return found == listed.offers.end() ? std::nullopt : std::optional(*found);
}

/// What the handler wrote, or what `agr submit` gave instead.
Result<json::Value> load_output(const process::Spool& spool, const Redactor& redactor) {
  AGR_TRY_ASSIGN(const auto order, read_order(spool));
  const bool is_ordered = order && order->report == Report::result;
  AGR_TRY_ASSIGN(const auto text, process::read_file(spool.path(is_ordered ? order->output : "stdout")));
  return output_of(spool, text, redactor);
}

Repository repository_of(const agrenting::Hiring& hiring) {
  return Repository{.address = hiring.repo_url, .token = hiring.repo_access_token};
}

} // namespace

Reports::Reports(net::Loop& loop, http::Async& async, agrenting::Endpoint endpoint, std::string spools,
                 const Redactor& redactor, Tell tell)
    : m_loop(loop), m_async(async), m_endpoint(std::move(endpoint)), m_spools(std::move(spools)),
      m_redactor(redactor), m_tell(std::move(tell)) {}

void Reports::ask(http::Request request, std::string attempted, Answered answered, http::Lane lane) {
  m_async.send(
      std::move(request),
      [attempted = std::move(attempted), answered = std::move(answered)](Result<http::Response> response) {
        if (!response)
          return answered(fail(std::move(response).error()));
        answered(agrenting::document_of(*response, attempted));
      },
      lane);
}

// ---- asking ------------------------------------------------------------------------------------------

void Reports::list() {
  if (std::exchange(m_listing, true))
    return;
  ask(agrenting::pending_hirings(m_endpoint), "list pending work", [this](Result<json::Value> answer) {
    m_listing = false;
    if (auto listed = answer ? read_offers(*answer) : fail(answer.error()))
      m_tell(std::move(*listed));
    else {
      if (listed.error().http_status == 401)
        m_tell(LockedOut{listed.error()});
      m_tell(ListFailed{listed.error()});
    }
  });
}

void Reports::read(const ReadHiring& read) {
  ask(agrenting::get_hiring(m_endpoint, read.id), "read hiring " + read.id,
      [this, id = read.id](Result<json::Value> answer) {
        // Some deployments answer 404 for hirings that exist; the list of pending work is the second opinion.
        if (!answer && answer.error().http_status == 404)
          return look_among_pending(id);
        const auto hiring = answer ? agrenting::read_hiring(*answer) : fail(answer.error());
        if (!hiring)
          return m_tell(ReadBack{id, fail(hiring.error())});
        m_tell(ReadBack{id, std::optional(offer_of(*hiring))});
      });
}

void Reports::look_among_pending(const std::string& id) {
  ask(agrenting::pending_hirings(m_endpoint), "list pending work", [this, id](Result<json::Value> answer) {
    const auto listed = answer ? read_offers(*answer) : fail(answer.error());
    if (!listed)
      return m_tell(ReadBack{id, fail(listed.error())});
    m_tell(ReadBack{id, find_among(*listed, id)});
  });
}

void Reports::find_repository(const std::string& id, std::function<void(Result<Repository>)> answered) {
  ask(agrenting::get_hiring(m_endpoint, id), "read hiring " + id,
      [this, id, answered = std::move(answered)](const Result<json::Value>& answer) {
        const auto hiring = answer ? agrenting::read_hiring(*answer) : fail(answer.error());
        const bool is_unknown = !hiring && hiring.error().http_status == 404;
        if (is_unknown || (hiring && hiring->repo_access_token.empty()))
          return find_pending_repository(id, answered);
        answered(hiring ? Result<Repository>(repository_of(*hiring)) : fail(hiring.error()));
      });
}

/// Some deployments show an agent less of a hiring than of its pending work.
void Reports::find_pending_repository(const std::string& id,
                                      std::function<void(Result<Repository>)> answered) {
  ask(agrenting::pending_hirings(m_endpoint), "list pending work",
      [id, answered = std::move(answered)](const Result<json::Value>& answer) {
        const auto page = answer ? agrenting::read_hirings(*answer) : fail(answer.error());
        if (!page)
          return answered(fail(page.error()));
        const auto found = std::ranges::find(page->items, id, &agrenting::Hiring::id);
        if (found == page->items.end())
          return answered(fail({Kind::not_found, "the marketplace shows no such hiring"}));
        answered(repository_of(*found));
      });
}

// ---- reports -----------------------------------------------------------------------------------------

void Reports::send_report(http::Request request, const std::string& id, const std::string& attempted) {
  ask(
      std::move(request), attempted,
      [this, id](Result<json::Value> answer) {
        m_tell(Submitted{id, answer ? std::nullopt : std::optional(answer.error())});
      },
      http::Lane::report);
}

void Reports::submit(const SubmitResult& result) {
  auto request = std::make_shared<Result<http::Request>>();
  m_loop.background(
      [endpoint = m_endpoint, spool = spool_of(m_spools, result.id, result.attempt), result,
       redactor = m_redactor, request]() mutable {
        learn_secrets(redactor, spool);
        const auto output = load_output(spool, redactor);
        if (!output) {
          *request = fail(output.error());
          return;
        }
        *request = patient(agrenting::submit_result(endpoint, result.id, *output,
                                                    key_of("result", result.id, result.attempt)));
      },
      [this, id = result.id, request] {
        if (!*request)
          return m_tell(Submitted{id, request->error()});
        send_report(std::move(**request), id, "submit the result of hiring " + id);
      });
}

void Reports::submit(const SubmitFailure& failure) {
  send_report(agrenting::report_failure(m_endpoint, failure.id, m_redactor.apply(failure.reason),
                                        key_of("failure", failure.id, failure.attempt)),
              failure.id, "report the failure of hiring " + failure.id);
}

} // namespace agr::serve
