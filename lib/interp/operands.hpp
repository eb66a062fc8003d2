#pragma once

// Where instructions' operands are: the modes that handlers are made for, and how each is read.
//
// An instruction with a result has
//    a  first operand's slot    b  result's slot    c  second operand's slot, or immediate
// and an instruction of another kind whose operand may be an immediate has that at c, too.

#include <array>
#include <cstdint>
#include <type_traits>

#include <wrun_dispatch/dispatch.hpp>
#include "lib/interp/regs.hpp"

namespace wrun::inline v0::interp {

/// The four accumulators.
enum class AccClass : std::uint8_t { integer, f32, f64, v128 };

template <class T>
inline constexpr AccClass acc_class = std::is_same_v<T, float>    ? AccClass::f32
                                      : std::is_same_v<T, double> ? AccClass::f64
                                      : std::is_same_v<T, Vector> ? AccClass::v128
                                                                  : AccClass::integer;

enum class Src : std::uint8_t { acc, slot, imm };

/// Whether an instruction leaves its result in the accumulator only, or in its slot as well.
enum class Dst : std::uint8_t { acc, store };

/// The pairs of places that two operands may come from.
enum class Pair : std::uint8_t { slot_slot, acc_slot, slot_acc, slot_imm, acc_imm, count_ };

constexpr Src first(Pair pair) {
  return pair == Pair::acc_slot || pair == Pair::acc_imm ? Src::acc : Src::slot;
}
constexpr Src second(Pair pair) {
  switch (pair) {
    case Pair::slot_acc:
      return Src::acc;
    case Pair::slot_imm:
    case Pair::acc_imm:
      return Src::imm;
    default:
      return Src::slot;
  }
}

/// Words of an instruction whose last operand is an immediate or a slot at c.
template <class T, Src last>
inline constexpr std::uint32_t operand_words = last == Src::imm && sizeof(T) == 8 ? through_d
                                                                                  : through_c;

template <class T>
T read_acc(const Regs& r) {
  if constexpr (acc_class<T> == AccClass::f32) {
    return r.f;
  } else if constexpr (acc_class<T> == AccClass::f64) {
    return r.d;
  } else if constexpr (acc_class<T> == AccClass::v128) {
    return r.v;
  } else {
    return static_cast<T>(r.i);
  }
}

template <class T>
void write_acc(Regs& r, T value) {
  if constexpr (acc_class<T> == AccClass::f32) {
    r.f = value;
  } else if constexpr (acc_class<T> == AccClass::f64) {
    r.d = value;
  } else if constexpr (acc_class<T> == AccClass::v128) {
    r.v = value;
  } else {
    r.i = value;
  }
}

/// The operand whose slot is at byte `at`, or whose immediate is at c.
template <class T, Src src>
T read(const Regs& r, std::size_t at) {
  if constexpr (src == Src::acc) {
    return read_acc<T>(r);
  } else if constexpr (src == Src::slot) {
    return runtime::get_value<T>(&slot(r, at));
  } else {
    return operand<T>(r.pc, at_c);
  }
}

template <Dst dst, class T>
void write(Regs& r, T value) {
  if constexpr (dst == Dst::store) runtime::set_value(&slot(r, at_b), value);
  write_acc(r, value);
}

}  // namespace wrun::inline v0::interp
