#pragma once

// Vector instructions that numeric and memory bodies don't cover: three operands, numbers of
// lanes, shuffles, constants. The meaning is simd.hpp's.

#include "lib/interp/bodies_memory.hpp"
#include "lib/interp/operands.hpp"
#include "lib/interp/shared_access.hpp"
#include "lib/interp/traps.hpp"

namespace wrun::inline v0::interp {

/// Which of three operands is in the accumulator.
enum class AccOf : std::uint8_t { none, first, second, third, count_ };

constexpr Src source_of(AccOf acc, AccOf operand) {
  return acc == operand ? Src::acc : Src::slot;
}

///    a  first operand    b  result    c  second operand    c2  third operand
template <auto function, AccOf acc, Dst dst>
struct Ternary {
  static void run(Regs& r) {
    const Vector a = read<Vector, source_of(acc, AccOf::first)>(r, at_a);
    const Vector b = read<Vector, source_of(acc, AccOf::second)>(r, at_c);
    const Vector c = read<Vector, source_of(acc, AccOf::third)>(r, at_c2);
    write<dst>(r, function(a, b, c));
    r.pc += through_c;
  }
};

///    a  first operand    b  result    c  second operand    d  numbers of bytes
template <auto function, Pair pair, Dst dst>
struct Shuffle {
  static void run(Regs& r) {
    const Vector a = read<Vector, first(pair)>(r, at_a);
    const Vector b = read<Vector, second(pair)>(r, at_c);
    write<dst>(r, function(a, b, operand<Vector>(r.pc, at_d)));
    r.pc += through_g;
  }
};

/// A vector where it is in the frame.
inline const wasm::VectorBytes& bytes_of(const Slot& at) {
  return reinterpret_cast<const wasm::VectorBytes&>(at);
}

///    a  vector    b  result    c  lane
template <auto function, Dst dst>
struct ExtractLane {
  static void run(Regs& r) {
    write<dst>(r, function(bytes_of(slot(r, at_a)), operand<std::uint16_t>(r.pc, at_c)));
    r.pc += through_c;
  }
};

///    a  vector    b  result    c  lane    c2  the lane's new value
template <auto function, Src vector, Src value, Dst dst>
struct ReplaceLane;

template <class T, Vector (*function)(Vector, T, std::uint32_t), Src vector, Src value, Dst dst>
struct ReplaceLane<function, vector, value, dst> {
  static void run(Regs& r) {
    const Vector a = read<Vector, vector>(r, at_a);
    const T x = read<T, value>(r, at_c2);
    write<dst>(r, function(a, x, operand<std::uint16_t>(r.pc, at_c)));
    r.pc += through_c;
  }
};

///    b  result    c  value
template <Dst dst>
struct VectorConst {
  static void run(Regs& r) {
    write<dst>(r, operand<Vector>(r.pc, at_c));
    r.pc += through_f;
  }
};

// Loads and stores of a lane in a 32-bit memory 0.
//    a  address    b  result, or vector to store    c  offset (u32)
//    d  vector     d2  lane

template <auto function, std::size_t width, Addr form, Src vector, Dst dst>
struct LoadLane {
  static bool run(Regs& r) {
    const std::uint64_t address = effective_address<form>(r);
    if (address + width > r.mem_size) [[unlikely]]
      return out_of_bounds(r, address);
    const Vector a = read<Vector, vector>(r, at_d);
    write<dst>(r, function(r.mem + address, a, operand<std::uint16_t>(r.pc, at_d2)));
    r.pc += through_d;
    return true;
  }
};

template <auto function, std::size_t width, Addr form>
struct StoreLane {
  static bool run(Regs& r) {
    const std::uint64_t address = effective_address<form>(r);
    if (address + width > r.mem_size) [[unlikely]]
      return out_of_bounds(r, address);
    function(r.mem + address, bytes_of(slot(r, at_b)), operand<std::uint16_t>(r.pc, at_d2));
    r.pc += through_d;
    return true;
  }
};

// The same in any memory, which may be shared: the lane's bytes are copied by its primitives.
//    a  address    b  result, or vector to store    c  memory    d  offset (u64)
//    f  vector     f2  lane

template <auto function, std::size_t width, bool is_64, Dst dst>
struct LoadLaneAny {
  static bool run(Regs& r) {
    std::uint8_t* at;
    if (!checked_address<is_64>(r, width, at)) [[unlikely]] {
      return go_slow(r, out_of_bounds_any_instr), false;
    }
    std::uint8_t bytes[width];
    fetch_shared<width>(at, bytes);
    const Vector a = read<Vector, Src::slot>(r, at_f);
    write<dst>(r, function(bytes, a, operand<std::uint16_t>(r.pc, at_f2)));
    r.pc += through_f;
    return true;
  }
};

template <auto function, std::size_t width, bool is_64>
struct StoreLaneAny {
  static bool run(Regs& r) {
    std::uint8_t* at;
    if (!checked_address<is_64>(r, width, at)) [[unlikely]] {
      return go_slow(r, out_of_bounds_any_instr), false;
    }
    std::uint8_t bytes[width];
    function(bytes, bytes_of(slot(r, at_b)), operand<std::uint16_t>(r.pc, at_f2));
    put_shared<width>(at, bytes);
    r.pc += through_f;
    return true;
  }
};

}  // namespace wrun::inline v0::interp
