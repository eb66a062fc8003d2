#pragma once

// Vector instructions that numeric and memory bodies don't cover: three operands, numbers of
// lanes, shuffles, constants. The meaning is simd.hpp's.

#include "lib/interp/bodies_memory.hpp"
#include "lib/interp/operands.hpp"
#include "lib/interp/shared_access.hpp"
#include "lib/interp/traps.hpp"

namespace wrun::inline v0::interp {

///    a  first operand    b  result    c  second operand    c2  third operand
template <auto function>
struct Ternary {
  static void run(Regs& r) {
    const auto vector = [&r](std::size_t at) { return read<Vector, Src::slot>(r, at); };
    write<Dst::store>(r, function(vector(at_a), vector(at_c), vector(at_c2)));
    r.pc += through_c;
  }
};

///    a  first operand    b  result    c  second operand    d  numbers of bytes
template <auto function>
struct Shuffle {
  static void run(Regs& r) {
    const Vector a = read<Vector, Src::slot>(r, at_a);
    const Vector b = read<Vector, Src::slot>(r, at_c);
    write<Dst::store>(r, function(a, b, operand<Vector>(r.pc, at_d)));
    r.pc += through_g;
  }
};

/// A vector where it is in the frame.
inline const wasm::VectorBytes& bytes_of(const Slot& at) {
  return reinterpret_cast<const wasm::VectorBytes&>(at);
}

///    a  vector    b  result    c  lane
template <auto function>
struct ExtractLane {
  static void run(Regs& r) {
    write<Dst::store>(r, function(bytes_of(slot(r, at_a)), operand<std::uint16_t>(r.pc, at_c)));
    r.pc += through_c;
  }
};

///    a  vector    b  result    c  lane    c2  the lane's new value
template <auto function>
struct ReplaceLane;

template <class T, Vector (*function)(Vector, T, std::uint32_t)>
struct ReplaceLane<function> {
  static void run(Regs& r) {
    const Vector a = read<Vector, Src::slot>(r, at_a);
    const T x = read<T, Src::slot>(r, at_c2);
    write<Dst::store>(r, function(a, x, operand<std::uint16_t>(r.pc, at_c)));
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

// Loads and stores of a lane in any memory, which may be shared: the lane's bytes are copied by its
// primitives.
//    a  address    b  result, or vector to store    c  memory    c2  its addresses    d  offset
//    f  vector     f2  lane

template <auto function, std::size_t width>
struct LoadLane {
  static bool run(Regs& r) {
    std::uint8_t* at;
    if (!checked_address(r, width, at)) [[unlikely]]
      return false;
    std::uint8_t bytes[width];
    fetch_shared<width>(at, bytes);
    const Vector a = read<Vector, Src::slot>(r, at_f);
    write<Dst::store>(r, function(bytes, a, operand<std::uint16_t>(r.pc, at_f2)));
    r.pc += through_f;
    return true;
  }
};

template <auto function, std::size_t width>
struct StoreLane {
  static bool run(Regs& r) {
    std::uint8_t* at;
    if (!checked_address(r, width, at)) [[unlikely]]
      return false;
    std::uint8_t bytes[width];
    function(bytes, bytes_of(slot(r, at_b)), operand<std::uint16_t>(r.pc, at_f2));
    put_shared<width>(at, bytes);
    r.pc += through_f;
    return true;
  }
};

}  // namespace wrun::inline v0::interp
