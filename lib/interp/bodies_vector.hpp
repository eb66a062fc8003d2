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

///    8  first operand   10  result   12  second operand   14  third operand
template <auto function, AccOf acc, Dst dst>
struct Ternary {
  static void run(Regs& r) {
    const Vector a = read<Vector, source_of(acc, AccOf::first)>(r, 8);
    const Vector b = read<Vector, source_of(acc, AccOf::second)>(r, 12);
    const Vector c = read<Vector, source_of(acc, AccOf::third)>(r, 14);
    write<dst>(r, function(a, b, c));
    r.pc += 2;
  }
};

///    8  first operand   10  result   12  second operand   16  numbers of bytes
template <auto function, Pair pair, Dst dst>
struct Shuffle {
  static void run(Regs& r) {
    const Vector a = read<Vector, first(pair)>(r, 8);
    const Vector b = read<Vector, second(pair)>(r, 12);
    write<dst>(r, function(a, b, operand<Vector>(r.pc, 16)));
    r.pc += 4;
  }
};

/// A vector where it is in the frame.
inline const wasm::VectorBytes& bytes_of(const Slot& at) {
  return reinterpret_cast<const wasm::VectorBytes&>(at);
}

///    8  vector   10  result   12  lane
template <auto function, Dst dst>
struct ExtractLane {
  static void run(Regs& r) {
    write<dst>(r, function(bytes_of(slot(r, 8)), operand<std::uint16_t>(r.pc, 12)));
    r.pc += 2;
  }
};

///    8  vector   10  result   12  lane   14  the lane's new value
template <auto function, Src vector, Src value, Dst dst>
struct ReplaceLane;

template <class T, Vector (*function)(Vector, T, std::uint32_t), Src vector, Src value, Dst dst>
struct ReplaceLane<function, vector, value, dst> {
  static void run(Regs& r) {
    const Vector a = read<Vector, vector>(r, 8);
    const T x = read<T, value>(r, 14);
    write<dst>(r, function(a, x, operand<std::uint16_t>(r.pc, 12)));
    r.pc += 2;
  }
};

///   10  result   16  value
template <Dst dst>
struct VectorConst {
  static void run(Regs& r) {
    write<dst>(r, operand<Vector>(r.pc, 16));
    r.pc += 4;
  }
};

// Loads and stores of a lane in a 32-bit memory 0.
//    8  address   10  result, or vector to store   12  offset (u32)
//   16  vector    18  lane

template <auto function, std::size_t width, Addr form, Src vector, Dst dst>
struct LoadLane {
  static bool run(Regs& r) {
    const std::uint64_t address = effective_address<form>(r);
    if (address + width > r.mem_size) [[unlikely]]
      return out_of_bounds(r, address);
    const Vector a = read<Vector, vector>(r, 16);
    write<dst>(r, function(r.mem + address, a, operand<std::uint16_t>(r.pc, 18)));
    r.pc += 3;
    return true;
  }
};

template <auto function, std::size_t width, Addr form>
struct StoreLane {
  static bool run(Regs& r) {
    const std::uint64_t address = effective_address<form>(r);
    if (address + width > r.mem_size) [[unlikely]]
      return out_of_bounds(r, address);
    function(r.mem + address, bytes_of(slot(r, 10)), operand<std::uint16_t>(r.pc, 18));
    r.pc += 3;
    return true;
  }
};

// The same in any memory, which may be shared: the lane's bytes are copied by its primitives.
//    8  address   10  result, or vector to store   12  memory   16  offset (u64)
//   24  vector    26  lane

template <auto function, std::size_t width, bool is_64, Dst dst>
struct LoadLaneAny {
  static bool run(Regs& r) {
    std::uint8_t* at;
    if (!checked_address<is_64>(r, width, at)) [[unlikely]] {
      return go_slow(r, out_of_bounds_any_instr), false;
    }
    std::uint8_t bytes[width];
    fetch_shared<width>(at, bytes);
    const Vector a = read<Vector, Src::slot>(r, 24);
    write<dst>(r, function(bytes, a, operand<std::uint16_t>(r.pc, 26)));
    r.pc += 4;
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
    function(bytes, bytes_of(slot(r, 10)), operand<std::uint16_t>(r.pc, 26));
    put_shared<width>(at, bytes);
    r.pc += 4;
    return true;
  }
};

}  // namespace wrun::inline v0::interp
