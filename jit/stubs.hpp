#pragma once

// Machine code that belongs to no function: the ways into compiled code and out of it.
// lib/runtime/native.hpp tells what they do; abi.hpp has the registers.

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include <wrun/error.hpp>

#include "jit/abi.hpp"
#include "jit/arena.hpp"
#include "jit/helpers.hpp"
#include "lib/runtime/host_gate.hpp"
#include "lib/runtime/native.hpp"
#include "lib/runtime/objects.hpp"

namespace wrun::inline v0::jit {

class Stubs;

/// For functions of one shape of type. Each is made when it is first asked for, and gone with the
/// object: so whoever may be returned to through one keeps that, and Stubs, too. Thread-safe.
/// Throws std::bad_alloc, also when the arena is full.
class ShapeStubs {
 public:
  /// See NativeEntry.
  struct Entries {
    runtime::NativeEntry::Stub call = nullptr;
    runtime::NativeEntry::Stub tail_call = nullptr;
  };

  ShapeStubs(Stubs& all, const Shape& shape) : all_(all), shape_(shape) {}
  ~ShapeStubs();
  ShapeStubs(const ShapeStubs&) = delete;
  ShapeStubs& operator=(const ShapeStubs&) = delete;

  Entries function() { return entries(false); }
  /// Of code that takes over a frame.
  Entries loop() { return entries(true); }
  const void* to_interpreter();
  const void* to_host();

 private:
  Entries entries(bool in_loop);
  template <class Write>
  const std::uint8_t* make(const std::uint8_t*& made, const Write& write);

  Stubs& all_;
  Shape shape_;
  // Guarded by the mutex of all. Each begins a piece of code.
  const std::uint8_t* to_interpreter_ = nullptr;
  const std::uint8_t* to_host_ = nullptr;
  std::array<const std::uint8_t*, 2> entries_ = {};  ///< by in_loop
  std::array<std::size_t, 2> tail_calls_ = {};       ///< distances from them
};

/// Thread-safe. Throws std::bad_alloc, also when the arena is full.
class Stubs {
 public:
  /// `fuel`: whether the code that they are for counts it, in fuel_reg. `tries_upper_halves`: see
  /// CompileOptions.
  Stubs(CodeArena& arena, bool fuel, bool tries_upper_halves = false);

  std::shared_ptr<ShapeStubs> of(const Shape& shape);

  /// Back to whoever entered machine code. eax: the Leave, rdi: the state.
  const void* leave() const { return leave_; }

  // Called by compiled code with its own frame in rbp:

  const void* trap(TrapCode code) const { return traps_[static_cast<unsigned>(code)]; }
  /// The same; the address that was out of bounds is in r11.
  const void* out_of_bounds() const { return out_of_bounds_; }
  /// Before the frame is made: the caller's rbp. Comes back if there was no request to stop.
  const void* limit_at_entry() const { return limit_at_entry_; }
  const void* limit_in_loop() const { return limit_in_loop_; }
  /// eax: the number of one of helper_functions; arguments and result as C++ has them.
  const void* helper() const { return helper_; }

  /// The stubs that compiled code calls, by numbers that don't change from one process to the next.
  static constexpr std::uint32_t numbers = static_cast<std::uint32_t>(TrapCode::count_) + 4;
  const void* at(std::uint32_t number) const;
  std::optional<std::uint32_t> number_of(const void* stub) const;
  /// For people; throws std::bad_alloc.
  std::string name_of(const void* stub) const;

  using Continue = runtime::Leave (*)(runtime::ExecState*);
  Continue resume = nullptr;
  Continue land = nullptr;

 private:
  friend ShapeStubs;

  CodeArena& arena_;
  bool fuel_;
  bool tries_upper_halves_;
  const void* leave_ = nullptr;
  const void* traps_[static_cast<unsigned>(TrapCode::count_)] = {};
  const void* out_of_bounds_ = nullptr;
  const void* limit_at_entry_ = nullptr;
  const void* limit_in_loop_ = nullptr;
  const void* helper_ = nullptr;
  std::mutex mutex_;
  std::map<Shape, std::weak_ptr<ShapeStubs>> by_shape_;
  /// Made last: modules that come and go needn't make them again.
  std::array<std::shared_ptr<ShapeStubs>, 32> recent_;
  std::size_t next_recent_ = 0;
};

/// By Helper, then those that charge fuel; what helper() calls.
extern const void* const helper_functions[];

}  // namespace wrun::inline v0::jit
