// SPDX-License-Identifier: MIT
#include "http/transfer.hpp"

#include "base/text.hpp"
#include "base/url.hpp"
#include "http/retry.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <utility>

namespace agr::http {
namespace {

constexpr std::size_t k_most_body = std::size_t{8} << 20;
constexpr std::size_t k_most_header_bytes = std::size_t{64} << 10;
constexpr long k_stream_buffer = 2048; // thousands of streams are open at once
constexpr Millis k_connect_time{10'000};

long as_long(Millis duration) {
  return static_cast<long>(duration.count());
}

/// "GET https://host/path": without the query, which may hold more than the reader should see.
std::string what(const Request& request) {
  return fmt::format("{} {}", request.method, request.url.substr(0, request.url.find('?')));
}

std::string place(const Request& request) {
  const Result<Url> url = Url::parse(request.url);
  return url ? fmt::format("{}:{}", url->host, url->port) : std::string("the service");
}

struct Reason {
  std::string why;
  std::string hint;
};

/// `verdict` is OpenSSL's about the chain of certificates; unspecified when curl found the name in it wrong.
std::string hint_for_trust(long verdict) {
  constexpr long k_unspecified = 1;
  constexpr long k_not_yet_valid = 9;
  constexpr long k_expired = 10;
  switch (verdict) {
  case k_unspecified:
    return "the certificate is another service's: check the address, and the proxies on the way";
  case k_not_yet_valid:
  case k_expired:
    return "check this machine's clock; else whoever runs the service must renew it";
  default:
    return "an authority of your own goes into the file that SSL_CERT_FILE names";
  }
}

Reason reason_of(CURLcode code, const Request& request, std::string_view detail, long trust) {
  const std::string where = place(request);
  switch (code) {
  case CURLE_COULDNT_RESOLVE_HOST:
    return {fmt::format("the name of {} could not be looked up", where), "check the address and the network"};
  case CURLE_COULDNT_RESOLVE_PROXY:
    return {"the proxy's name could not be looked up", "check https_proxy and http_proxy"};
  case CURLE_COULDNT_CONNECT:
    return {fmt::format("nothing answers at {}", where),
            "check the address, and that the service is running"};
  case CURLE_OPERATION_TIMEDOUT:
    return {fmt::format("{} did not answer within {}", where, for_people(request.timeout)),
            "repeat it later, or allow more with --timeout"};
  case CURLE_PEER_FAILED_VERIFICATION:
    return {fmt::format("the certificate of {} is not trusted ({})", where, printable(detail)),
            hint_for_trust(trust)};
  case CURLE_SSL_CACERT_BADFILE:
    return {fmt::format("the certificates of authorities cannot be read ({})", printable(detail)),
            "install ca-certificates, or correct SSL_CERT_FILE"};
  case CURLE_SSL_CONNECT_ERROR:
    return {fmt::format("no secure connection to {} could be made ({})", where, printable(detail)), ""};
  default:
    return {fmt::format("the connection to {} broke ({})", where, curl_easy_strerror(code)), ""};
  }
}

bool is_refused_trust(CURLcode code) {
  return code == CURLE_PEER_FAILED_VERIFICATION;
}

} // namespace

Transfer::Transfer(CURL* easy, Request request, const Trust& trust)
    : m_easy(easy), m_request(std::move(request)) {
  set_up(trust);
  set_times();
}

Transfer::Transfer(CURL* easy, Request request, const Trust& trust, StreamTaps taps)
    : m_easy(easy), m_request(std::move(request)), m_taps(std::move(taps)) {
  set_up(trust);
  curl_easy_setopt(m_easy, CURLOPT_BUFFERSIZE, k_stream_buffer);
  curl_easy_setopt(m_easy, CURLOPT_TCP_KEEPALIVE, 1L);
  curl_easy_setopt(m_easy, CURLOPT_CONNECTTIMEOUT_MS, as_long(k_connect_time));
}

Transfer::~Transfer() {
  curl_slist_free_all(m_headers);
}

void Transfer::set_up(const Trust& trust) {
  curl_easy_reset(m_easy);
  curl_easy_setopt(m_easy, CURLOPT_URL, m_request.url.c_str());
  curl_easy_setopt(m_easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(m_easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(m_easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  curl_easy_setopt(m_easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(m_easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L); // a proxy's answer is not the service's
  curl_easy_setopt(m_easy, CURLOPT_ERRORBUFFER, m_detail);
  curl_easy_setopt(m_easy, CURLOPT_HEADERFUNCTION, &Transfer::on_header);
  curl_easy_setopt(m_easy, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(m_easy, CURLOPT_WRITEFUNCTION, &Transfer::on_body);
  curl_easy_setopt(m_easy, CURLOPT_WRITEDATA, this);
  if (!trust.folder.empty()) {
    curl_easy_setopt(m_easy, CURLOPT_CAINFO, nullptr);
    curl_easy_setopt(m_easy, CURLOPT_CAPATH, trust.folder.c_str());
  } else {
    if (!trust.file.empty())
      curl_easy_setopt(m_easy, CURLOPT_CAINFO, trust.file.c_str());
    curl_easy_setopt(m_easy, CURLOPT_CAPATH, nullptr);
  }
  // On a connection that was used before, libcurl itself sends a request again when no byte came back.
  if (repeat_of(m_request) == Repeat::never)
    curl_easy_setopt(m_easy, CURLOPT_FRESH_CONNECT, 1L);
  set_method();
  set_headers();
}

void Transfer::set_method() {
  if (m_request.method == "HEAD") {
    curl_easy_setopt(m_easy, CURLOPT_NOBODY, 1L);
    return;
  }
  if (!m_request.body_file.empty()) {
    send_file();
  } else if (!m_request.body.empty() || m_request.method == "POST" || m_request.method == "PUT") {
    curl_easy_setopt(m_easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(m_request.body.size()));
    curl_easy_setopt(m_easy, CURLOPT_POSTFIELDS, m_request.body.c_str());
  }
  curl_easy_setopt(m_easy, CURLOPT_CUSTOMREQUEST, m_request.method.c_str());
}

void Transfer::send_file() {
  m_body_file.reset(std::fopen(m_request.body_file.c_str(), "rbe"));
  std::error_code code;
  const auto size = std::filesystem::file_size(m_request.body_file, code);
  if (!m_body_file || code)
    abort({Kind::internal, fmt::format("cannot read {}", m_request.body_file)});
  curl_easy_setopt(m_easy, CURLOPT_POST, 1L);
  curl_easy_setopt(m_easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(code ? 1 : size));
  curl_easy_setopt(m_easy, CURLOPT_READFUNCTION, &Transfer::on_read);
  curl_easy_setopt(m_easy, CURLOPT_READDATA, this);
  curl_easy_setopt(m_easy, CURLOPT_SEEKFUNCTION, &Transfer::on_seek);
  curl_easy_setopt(m_easy, CURLOPT_SEEKDATA, this);
}

void Transfer::set_headers() {
  const auto add = [this](const std::string& line) {
    m_headers = curl_slist_append(m_headers, line.c_str());
  };
  for (const Header& header : m_request.headers)
    add(header.value.empty() ? header.name + ";" : header.name + ": " + header.value); // ";" sends it empty
  if (const std::optional<Credential>& credential = m_request.credential)
    add(credential->header + ": " + credential->prefix + credential->secret.reveal());
  if (m_request.header("Content-Type").empty())
    add("Content-Type:"); // libcurl would claim a form
  add("Expect:");
  curl_easy_setopt(m_easy, CURLOPT_HTTPHEADER, m_headers);
}

void Transfer::set_times() {
  curl_easy_setopt(m_easy, CURLOPT_CONNECTTIMEOUT_MS, as_long(std::min(k_connect_time, m_request.timeout)));
  if (!m_request.sink && m_request.body_file.empty()) {
    curl_easy_setopt(m_easy, CURLOPT_TIMEOUT_MS, as_long(m_request.timeout));
    return;
  }
  curl_easy_setopt(m_easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt(m_easy, CURLOPT_LOW_SPEED_TIME, std::max(1L, as_long(m_request.timeout) / 1000));
}

std::size_t Transfer::on_header(char* bytes, std::size_t size, std::size_t count, void* self) {
  const std::string_view line(bytes, size * count);
  return static_cast<Transfer*>(self)->take_header(line) ? line.size() : 0;
}

std::size_t Transfer::on_body(char* bytes, std::size_t size, std::size_t count, void* self) {
  const std::string_view piece(bytes, size * count);
  return static_cast<Transfer*>(self)->take_body(piece) ? piece.size() : CURL_WRITEFUNC_ERROR;
}

std::size_t Transfer::on_read(char* buffer, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  auto* file = transfer.m_body_file.get();
  if (file == nullptr)
    return CURL_READFUNC_ABORT;
  const auto got = std::fread(buffer, 1, size * count, file);
  return std::ferror(file) != 0 ? std::size_t{CURL_READFUNC_ABORT} : got;
}

int Transfer::on_seek(void* self, curl_off_t offset, int origin) {
  auto* file = static_cast<Transfer*>(self)->m_body_file.get();
  const bool moved = file != nullptr && ::fseeko(file, offset, origin) == 0;
  return moved ? CURL_SEEKFUNC_OK : CURL_SEEKFUNC_FAIL;
}

bool Transfer::take_header(std::string_view line) {
  m_header_bytes += line.size();
  if (m_header_bytes > k_most_header_bytes)
    return abort({Kind::protocol, fmt::format("{} was answered with more than {} KiB of headers",
                                              what(m_request), k_most_header_bytes >> 10)});
  line = trim(line);
  if (line.starts_with("HTTP/")) {
    const std::string_view status = line.substr(std::min(line.find(' ') + 1, line.size()));
    m_response = {};
    std::from_chars(status.data(), status.data() + status.size(), m_response.status);
  } else if (const std::size_t colon = line.find(':'); colon != std::string_view::npos) {
    m_response.headers.push_back(
        {std::string(line.substr(0, colon)), std::string(trim(line.substr(colon + 1)))});
  } else if (line.empty() && m_taps && m_response.ok() && !m_head_told) {
    m_head_told = true;
    m_taps->on_head();
  }
  return true;
}

bool Transfer::take_body(std::string_view piece) {
  if (m_taps && m_response.ok()) {
    m_taps->on_bytes(piece);
    return true;
  }
  if (m_request.sink && m_response.ok()) {
    const Result<void> taken = m_request.sink(piece);
    return taken || abort(taken.error());
  }
  if (m_response.body.size() + piece.size() > k_most_body)
    return abort({Kind::protocol,
                  fmt::format("{} was answered with more than {} MiB", what(m_request), k_most_body >> 20)});
  m_response.body += piece;
  return true;
}

bool Transfer::abort(Error error) {
  m_abort = std::move(error);
  return false;
}

Result<Response> Transfer::finish(CURLcode code) {
  if (m_abort)
    return fail(*m_abort);
  if (code != CURLE_OK)
    return fail(broken(code));
  return std::move(m_response);
}

Response Transfer::take_head() {
  return {.status = m_response.status, .headers = std::exchange(m_response.headers, {})};
}

bool Transfer::was_sent() const {
  long bytes = 0;
  curl_easy_getinfo(m_easy, CURLINFO_REQUEST_SIZE, &bytes);
  return bytes > 0;
}

Error Transfer::broken(CURLcode code) const {
  long trust = 0;
  curl_easy_getinfo(m_easy, CURLINFO_SSL_VERIFYRESULT, &trust);
  Reason reason = reason_of(code, m_request, m_detail, trust);
  Error error{Kind::unavailable, fmt::format("{} failed: {}", what(m_request), reason.why),
              std::move(reason.hint)};
  if (is_refused_trust(code))
    error.kind = Kind::protocol; // it will not get better by trying again
  if (was_sent() && !m_request.reads_only()) {
    error.kind = Kind::outcome_unknown;
    error.message += "; the request may have taken effect";
    error.hint = "look at what it was to change before repeating it";
  }
  return error;
}

void start_curl() {
  [[maybe_unused]] static const CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);
}

} // namespace agr::http
