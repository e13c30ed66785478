// SPDX-License-Identifier: MIT
#include "http/curl.hpp"

#include "http/prepare.hpp"
#include "http/transfer.hpp"

namespace agr::http {
namespace {

class CurlTransport final : public Transport {
public:
  explicit CurlTransport(Trust trust) : m_trust(std::move(trust)) {}

  Result<Response> exchange(const Request& request) override {
    AGR_TRY_ASSIGN(Request prepared, prepare(request));
    AGR_TRY(open());
    Transfer transfer(m_easy.get(), std::move(prepared), m_trust);
    return transfer.finish(curl_easy_perform(m_easy.get()));
  }

private:
  Result<void> open() {
    if (m_easy)
      return {};
    start_curl();
    m_easy.reset(curl_easy_init());
    if (!m_easy)
      return fail({Kind::internal, "libcurl does not start"});
    return {};
  }

  Trust m_trust;
  Easy m_easy; // one for all requests: it holds the connections
};

} // namespace

std::unique_ptr<Transport> make_curl_transport(const Trust& trust) {
  return std::make_unique<CurlTransport>(trust);
}

} // namespace agr::http
