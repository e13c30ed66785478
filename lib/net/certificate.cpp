// SPDX-License-Identifier: MIT
#include "net/certificate.hpp"

#include "net/wire.hpp"

#include <fmt/format.h>

namespace agr::net {
namespace {

namespace ssl = asio::ssl;

Result<void> outcome_of(std::string_view attempted, const ErrorCode& error, const std::string& hint) {
  if (!error)
    return {};
  return fail({Kind::config, fmt::format("cannot {}: {}", attempted, error.message()), hint});
}

} // namespace

Result<Certificate> Certificate::from_pem(const std::string& chain, const Secret& key) {
  auto impl = std::make_shared<Impl>();
  auto& context = impl->context;
  ErrorCode error;
  context.set_options(ssl::context::default_workarounds | ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1);
  // Else OpenSSL would ask the terminal for it.
  context.set_password_callback([](std::size_t, ssl::context::password_purpose) { return std::string(); },
                                error);
  context.use_certificate_chain(asio::buffer(chain), error);
  AGR_TRY(outcome_of("use the certificate", error, "it is a PEM file, the server's own certificate first"));
  context.use_private_key(asio::buffer(key.reveal()), ssl::context::pem, error);
  AGR_TRY(outcome_of("use the key of the certificate", error,
                     "it is a PEM file without a passphrase, made together with the certificate"));
  return Certificate(std::move(impl));
}

} // namespace agr::net
