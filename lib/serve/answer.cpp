// SPDX-License-Identifier: MIT
#include "serve/answer.hpp"

namespace agr::serve {
namespace {

Answer meaning_of_status(int status) {
  switch (status) {
  case 401:
    return Answer::locked_out;
  case 429:
    return Answer::repeat;
  case 404:
  case 408:
  case 409:
  case 410:
  case 425:
    return Answer::look;
  default:
    return status >= 400 && status < 500 ? Answer::refused : Answer::look;
  }
}

} // namespace

Answer meaning_of(const Error& error) {
  if (error.http_status)
    return meaning_of_status(*error.http_status);
  switch (error.kind) {
  case Kind::unavailable:
  case Kind::rate_limited:
    return Answer::repeat;
  case Kind::auth:
    return Answer::locked_out;
  case Kind::internal:
  case Kind::usage:
    return Answer::refused; // it never left this machine, and would not the next time
  default:
    return Answer::look;
  }
}

} // namespace agr::serve
