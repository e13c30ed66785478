// SPDX-License-Identifier: MIT
#pragma once

#include "http/message.hpp"
#include "http/trust.hpp"

#include <curl/curl.h>

#include <cstdio>
#include <functional>
#include <memory>
#include <optional>
#include <string>

// For this room's .cpp files only: the one place that sets up and reads a libcurl handle.

namespace agr::http {

struct EasyDeleter {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
using Easy = std::unique_ptr<CURL, EasyDeleter>;

/// What a stream wants to hear of, instead of a body that is collected.
struct StreamTaps {
  std::function<void()> on_head = {};                        ///< it is a 2xx and its headers are known
  std::function<void(std::string_view bytes)> on_bytes = {}; ///< called inside libcurl: only take notes
};

struct FileCloser {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using BodyFile = std::unique_ptr<std::FILE, FileCloser>;

/// One request on a libcurl handle. It must not move while the handle is in use.
class Transfer {
public:
  /// `request` must be prepared.
  Transfer(CURL* easy, Request request, const Trust& trust);
  /// The same for an answer without an end.
  Transfer(CURL* easy, Request request, const Trust& trust, StreamTaps taps);
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;
  ~Transfer();

  /// After the handle finished with `code`.
  Result<Response> finish(CURLcode code);
  /// What has come so far of the answer; a stream keeps only its status, because it lives long.
  Response take_head();

private:
  static std::size_t on_header(char* bytes, std::size_t size, std::size_t count, void* self);
  static std::size_t on_body(char* bytes, std::size_t size, std::size_t count, void* self);
  static std::size_t on_read(char* buffer, std::size_t size, std::size_t count, void* self);
  static int on_seek(void* self, curl_off_t offset, int origin);

  void set_up(const Trust& trust);
  void set_headers();
  void set_method();
  void send_file();
  void set_times();
  bool take_header(std::string_view line);
  bool take_body(std::string_view piece);
  bool abort(Error error);
  [[nodiscard]] bool was_sent() const;
  [[nodiscard]] Error broken(CURLcode code) const;

  CURL* m_easy;
  Request m_request;
  std::optional<StreamTaps> m_taps;
  curl_slist* m_headers = nullptr;
  Response m_response;
  std::size_t m_header_bytes = 0;
  bool m_head_told = false;
  BodyFile m_body_file;
  std::optional<Error> m_abort; // why we ourselves ended it
  char m_detail[CURL_ERROR_SIZE] = {};
};

/// A handle with the transfer on it. The transfer must go first: it takes its traces off the handle.
struct Running {
  Easy easy;
  std::unique_ptr<Transfer> transfer;

  Easy take_back() {
    transfer.reset();
    return std::move(easy);
  }
};

/// libcurl's process-wide start, once. Should it fail, no handle can be made afterwards.
void start_curl();

} // namespace agr::http
