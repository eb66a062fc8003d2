#pragma once

// The ends of a call that may be paused which are compiled in the host's code.

#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include <wrun/detail/call.hpp>
#include <wrun/detail/handle.hpp>
#include <wrun/detail/shared.hpp>
#include <wrun/export.hpp>
#include <wrun/types.hpp>
#include <wrun/value.hpp>

namespace wrun {
inline namespace v0 {
namespace runtime {
struct Activation;
}

namespace detail {

enum class Progress : std::uint8_t {
  refused,  ///< nothing has happened
  failed,
  paused,
  finished,
  taken  ///< finished, and the result is gone
};
/// Why a call that has come so far can't go on, and why it has no result. Errors: usage.
WRUN_API Error not_paused(Progress progress) noexcept;
WRUN_API Error no_result(Progress progress) noexcept;

/// A started call; owns its frames. Movable.
class Started {
 public:
  Started() = default;
  Started(Started&& other) noexcept
      : store_(std::exchange(other.store_, 0)), activation_(std::move(other.activation_)) {}
  Started& operator=(Started&& other) noexcept {
    Started taken(std::move(other));
    std::swap(store_, taken.store_);
    std::swap(activation_, taken.activation_);
    return *this;
  }
  ~Started() {
    if (activation_) drop();
  }

  std::uint64_t store() const { return store_; }

  // Slots hold the arguments and have room for the results, or hold what the host function would
  // have returned. What failed or was refused is in `failure`.

  WRUN_API Progress start(Handle function, Slot* slots, CallFailure& failure) noexcept;
  WRUN_API Progress resume(std::span<const ValType> types, const Slot* values, Slot* results,
                           CallFailure& failure) noexcept;
  WRUN_API Progress fail(Error error, Slot* results, CallFailure& failure) noexcept;

  // The same with values whose types are known at run time only.

  WRUN_API Progress start(Handle function, std::span<const Val> args, std::vector<Val>& results,
                          CallFailure& failure) noexcept;
  WRUN_API Progress resume(std::span<const Val> values, std::vector<Val>& results,
                           CallFailure& failure) noexcept;
  WRUN_API Progress fail(Error error, std::vector<Val>& results, CallFailure& failure) noexcept;

 private:
  WRUN_API void drop() noexcept;
  std::uint64_t store_ = 0;
  Shared<runtime::Activation> activation_;
};

}  // namespace detail
}  // namespace v0
}  // namespace wrun
