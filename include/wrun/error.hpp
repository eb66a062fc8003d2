#pragma once

// What went wrong, as a value. Every function of the library that can fail returns Result<T>
// (result.hpp) with one of these; the library never prints and never ends the process.

#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <wrun/detail/shared.hpp>
#include <wrun/export.hpp>

namespace wrun {
inline namespace v0 {

class Exception;
namespace runtime {
struct ExceptionHold;
}  // namespace runtime

/// The first five are what the specification's test scripts assert; the others are the host's.
enum class ErrorKind : std::uint8_t {
  malformed,    ///< the bytes or the text are not a module
  invalid,      ///< the module doesn't validate, or uses a feature that is off
  unlinkable,   ///< an import is missing or has another type
  trap,         ///< WebAssembly trapped; Error::trap() says why
  exhaustion,   ///< the call stack is used up
  exception,    ///< a WebAssembly exception left the call; Error::exception() has it
  limit,        ///< a limit of the host struck: memory, fuel, deadline, table elements, ...
  interrupted,  ///< Store::interrupt() was called
  denied,       ///< a capability was asked for that wasn't granted
  exit,         ///< the guest ended itself; Error::exit_status() has the status
  io,           ///< a file couldn't be read or written
  usage,        ///< the host broke a rule: stale handle, wrong types, wrong thread, ...
  host          ///< a host function reported failure
};

/// Why WebAssembly trapped. The texts are those of the specification's test suite.
enum class TrapCode : std::uint8_t {
  unreachable,
  integer_divide_by_zero,
  integer_overflow,
  invalid_conversion_to_integer,
  out_of_bounds_memory_access,
  out_of_bounds_table_access,
  out_of_bounds_array_access,
  indirect_call_type_mismatch,
  undefined_element,
  uninitialized_element,
  null_reference,
  null_function_reference,
  null_struct_reference,
  null_array_reference,
  null_i31_reference,
  null_exception_reference,
  cast_failure,
  unaligned_atomic,
  expected_shared_memory,
  wait_forbidden,
  stack_exhausted,
  out_of_fuel,
  interrupted,
  deadline,
  allocation_failed,
  host_error,
  count_
};

/// "integer divide by zero", "out of bounds memory access", ...
WRUN_API std::string_view text(TrapCode code);
/// "malformed", "invalid", ...
WRUN_API std::string_view text(ErrorKind kind);

/// One WebAssembly frame of a backtrace, innermost first. source_frames() in source.hpp says where
/// it is in the guest's source text.
struct Frame {
  std::string module;  ///< the module's name, if it has one
  std::uint32_t func_index = 0;
  std::string func_name;     ///< from the name section or an export, if there is one
  std::uint64_t offset = 0;  ///< of the instruction, in bytes from the module's start
  /// Tells the instances of a store apart while they run; 0 if there is none.
  std::uintptr_t instance = 0;
};

namespace detail {
/// Error::Details; a template, since it takes no time to compile where it isn't used.
template <template <class> class Optional, template <class...> class List>
struct ErrorDetailsOf {
  Optional<TrapCode> trap;
  Optional<int> exit_status;
  List<Frame> backtrace;
  Optional<std::uint64_t> address;      ///< of a memory trap
  Optional<std::uint64_t> memory_size;  ///< in bytes, when it struck
  /// The exception, which stays alive with the error; see Error::exception().
  Shared<const runtime::ExceptionHold> thrown;
};
}  // namespace detail

/// An error: a kind, a place where there is one, a sentence for a person, and details by kind.
/// Copying is cheap.
class Error {
 public:
  /// What only traps, exits, limits and exceptions have.
  using Details = detail::ErrorDetailsOf<std::optional, std::vector>;
  /// By kind and message, with a place (see offset()), or with details.
  Error(ErrorKind kind, std::string message) : kind_(kind), message_(std::move(message)) {}
  Error(ErrorKind kind, std::uint64_t offset, std::string message)
      : kind_(kind), has_offset_(true), offset_(offset), message_(std::move(message)) {}
  WRUN_API Error(ErrorKind kind, std::string message, Details details);
  /// What these return is set where it applies, and good as long as the error.
  ErrorKind kind() const { return kind_; }
  /// Bytes from the start of the module or of the text.
  WRUN_API std::optional<std::uint64_t> offset() const;
  /// A sentence for a person.
  const std::string& message() const { return message_; }
  /// Of ErrorKind::trap: which one.
  WRUN_API std::optional<TrapCode> trap() const;
  /// Of ErrorKind::exit: the guest's exit status.
  WRUN_API std::optional<int> exit_status() const;
  /// Of ErrorKind::exception: a handle to what was thrown. Nothing for other errors, and if the
  /// store is gone or in use by another thread. Include <wrun/exception.hpp>.
  WRUN_API std::optional<Exception> exception() const;
  /// Null for kinds that have none.
  const Details* details() const { return details_.get(); }

  /// Whether they say the same: of one kind and place, with one message. Their details may differ.
  friend bool operator==(const Error& a, const Error& b) {
    return a.kind_ == b.kind_ && a.has_offset_ == b.has_offset_ && a.offset_ == b.offset_ &&
           a.message_ == b.message_;
  }

 private:
  ErrorKind kind_;
  bool has_offset_ = false;
  std::uint64_t offset_ = 0;
  std::string message_;
  detail::Shared<const Details> details_;
};

namespace detail {

/// As std::optional<Error>, but that its copies are made in the library, which is quick to compile.
class MaybeError {
 public:
  MaybeError() noexcept {}
  MaybeError(Error error) noexcept { emplace(std::move(error)); }
  WRUN_API MaybeError(const MaybeError& other);
  WRUN_API MaybeError(MaybeError&& other) noexcept;
  WRUN_API MaybeError& operator=(MaybeError other) noexcept;
  ~MaybeError() {
    if (has_error_) end();
  }
  WRUN_API void emplace(Error error) noexcept;

  explicit operator bool() const { return has_error_; }
  Error& operator*() { return error_; }
  const Error& operator*() const { return error_; }
  Error* operator->() { return &error_; }
  const Error* operator->() const { return &error_; }

 private:
  WRUN_API void end() noexcept;

  bool has_error_ = false;
  union {
    Error error_;
  };
};

}  // namespace detail

}  // namespace v0
}  // namespace wrun
