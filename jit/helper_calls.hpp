#pragma once

// What the functions behind Helper share: how they fail and pay, and those of the heap.

#include <cstdint>

#include <wrun/error.hpp>

#include "lib/runtime/bulk.hpp"
#include "lib/runtime/exec_state.hpp"
#include "lib/runtime/objects.hpp"

namespace wrun::inline v0::jit {

using Word = std::uint64_t;

inline constexpr Word fuel_granule = 64;  ///< bytes or elements

/// What is in NativeState::trap happens when the helper returns.
inline Word stop_with(const runtime::Instance* instance, std::uint32_t trap) {
  instance->state->native.trap = trap + 1;
  return 0;
}
inline Word trap(const runtime::Instance* instance, TrapCode code) {
  return stop_with(instance, static_cast<std::uint32_t>(code));
}

inline void finish_bulk(const runtime::Instance* instance, runtime::Bulk result,
                        TrapCode out_of_bounds) {
  if (result == runtime::Bulk::out_of_bounds) trap(instance, out_of_bounds);
  if (result == runtime::Bulk::stopped) stop_with(instance, runtime::trap_is_stop);
}

template <bool fuel>
bool pay(const runtime::Instance* instance, Word count) {
  if constexpr (fuel) {
    runtime::ExecState& state = *instance->state;
    const Word cost = count / fuel_granule + (count % fuel_granule != 0);
    if (cost > static_cast<Word>(state.fuel)) return trap(instance, TrapCode::out_of_fuel) != 0;
    state.fuel -= static_cast<std::int64_t>(cost);
  }
  return true;
}

// helpers_gc.cpp; for both values of fuel

Word is_instance(const runtime::Instance* instance, Word reference, Word type, Word depth);
Word struct_new(runtime::Instance* instance, Word type, Word bytes);
template <bool fuel>
Word array_new(runtime::Instance* instance, Word type, Word length, Word value, Word upper);
template <bool fuel>
Word array_new_default(runtime::Instance* instance, Word type, Word length);
template <bool fuel>
Word array_new_data(runtime::Instance* instance, Word type, Word segment, Word from, Word length);
template <bool fuel>
Word array_new_elem(runtime::Instance* instance, Word type, Word segment, Word from, Word length);
template <bool fuel>
void array_fill(runtime::Instance* instance, Word array, Word at, Word value, Word upper,
                Word count);
template <bool fuel>
void array_copy(runtime::Instance* instance, Word target, Word at, Word source, Word from,
                Word count);
template <bool fuel>
void array_init_data(runtime::Instance* instance, Word array, Word at, Word segment, Word from,
                     Word count);
template <bool fuel>
void array_init_elem(runtime::Instance* instance, Word array, Word at, Word segment, Word from,
                     Word count);

// helpers_rare.cpp

Word exception_new(runtime::Instance* instance, Word tag);
void throw_(runtime::Instance* instance, Word exception);
Word memory_wait32(runtime::Instance* instance, Word memory, Word address, Word expected,
                   Word timeout);
Word memory_wait64(runtime::Instance* instance, Word memory, Word address, Word expected,
                   Word timeout);
Word fma_f32x2(const runtime::Instance* instance, Word a, Word b, Word c);
Word fma_f64(const runtime::Instance* instance, Word a, Word b, Word c);

}  // namespace wrun::inline v0::jit
