#include <wrun/error.hpp>
#include <wrun/result.hpp>

#include <array>
#include <cstddef>
#include <memory>
#include <new>

#include "lib/wasm/bad_result.hpp"
#include "lib/wasm/shared.hpp"

namespace wrun::inline v0 {
namespace {

/// In the order of TrapCode.
constexpr std::array<std::string_view, static_cast<std::size_t>(TrapCode::count_)> trap_texts = {
    "unreachable",
    "integer divide by zero",
    "integer overflow",
    "invalid conversion to integer",
    "out of bounds memory access",
    "out of bounds table access",
    "out of bounds array access",
    "indirect call type mismatch",
    "undefined element",
    "uninitialized element",
    "null reference",
    "null function reference",
    "null structure reference",
    "null array reference",
    "null i31 reference",
    "null exception reference",
    "cast failure",
    "unaligned atomic",
    "expected shared memory",
    "waiting not allowed",
    "call stack exhausted",
    "out of fuel",
    "interrupted",
    "deadline exceeded",
    "allocation failed",
    "host function failed",
};
static_assert(!trap_texts.back().empty(), "each trap has a text");

/// In the order of ErrorKind.
constexpr std::array<std::string_view, static_cast<std::size_t>(ErrorKind::host) + 1> kind_texts = {
    "malformed",   "invalid", "unlinkable", "trap", "exhaustion", "exception", "limit",
    "interrupted", "denied",  "exit",       "io",   "usage",      "host",
};
static_assert(!kind_texts.back().empty(), "each kind has a text");

}  // namespace

Error::Error(ErrorKind kind, std::string message, Details details)
    : kind_(kind),
      message_(std::move(message)),
      details_(detail::shared_of(std::make_shared<const Details>(std::move(details)))) {}

detail::MaybeError::MaybeError(const MaybeError& other) {
  if (other.has_error_) emplace(other.error_);
}

detail::MaybeError::MaybeError(MaybeError&& other) noexcept {
  if (other.has_error_) emplace(std::move(other.error_));
}

detail::MaybeError& detail::MaybeError::operator=(MaybeError other) noexcept {
  if (has_error_) end();
  if (other.has_error_) emplace(std::move(other.error_));
  return *this;
}

void detail::MaybeError::emplace(Error error) noexcept {
  if (has_error_) end();
  ::new (static_cast<void*>(&error_)) Error(std::move(error));
  has_error_ = true;
}

void detail::MaybeError::end() noexcept {
  has_error_ = false;
  error_.~Error();
}

std::optional<std::uint64_t> Error::offset() const {
  return has_offset_ ? std::optional(offset_) : std::nullopt;
}

std::optional<TrapCode> Error::trap() const {
  return details_ ? details_->trap : std::nullopt;
}

std::optional<int> Error::exit_status() const {
  return details_ ? details_->exit_status : std::nullopt;
}

std::string_view text(TrapCode code) {
  const auto index = static_cast<std::size_t>(code);
  return index < trap_texts.size() ? trap_texts[index] : "unknown trap";
}

std::string_view text(ErrorKind kind) {
  const auto index = static_cast<std::size_t>(kind);
  return index < kind_texts.size() ? kind_texts[index] : "unknown error";
}

void detail::bad_result_access(const Error& error) {
  throw wasm::BadResult(error);
}

}  // namespace wrun::inline v0
