#pragma once

// Numeric instructions, for every place that their operands may come from. The meaning is
// numeric.hpp's; these only fetch, store and trap.

#include "lib/interp/operands.hpp"
#include "lib/interp/traps.hpp"
#include "lib/wasm/numeric.hpp"

namespace wrun::inline v0::interp {

/// Writes a result that may be a trap; false (and on the way to the trap) if it is one.
template <Dst dst, class Result>
bool write_result(Regs& r, Result result, std::size_t words) {
  if constexpr (wasm::is_trapping<Result>) {
    if (!result.ok()) [[unlikely]]
      return trap(r, result.trap()), false;
    write<dst>(r, result.value());
  } else {
    write<dst>(r, result);
  }
  r.pc += words;
  return true;
}

template <auto function, Src src, Dst dst>
struct Unary;

template <class R, class A, R (*function)(A), Src src, Dst dst>
struct Unary<function, src, dst> {
  static bool run(Regs& r) {
    return write_result<dst>(r, function(read<A, src>(r, at_a)), through_b);
  }
};

template <auto function, Pair pair, Dst dst>
struct Binary;

template <class R, class A, class B, R (*function)(A, B), Pair pair, Dst dst>
struct Binary<function, pair, dst> {
  static bool run(Regs& r) {
    const A a = read<A, first(pair)>(r, at_a);
    const B b = read<B, second(pair)>(r, at_c);
    return write_result<dst>(r, function(a, b), operand_words<B, second(pair)>);
  }
};

/// Branches if the comparison (or test) holds, or if it doesn't. `poll`: looks for interruption,
/// as branches back do.
///    a  first operand    b  second operand    c  distance    d  immediate
template <auto function, Pair pair, bool when, bool poll>
struct CompareBranch;

/// Words of a CompareBranch whose second operand is of type T.
template <class T, Src second>
inline constexpr std::uint32_t compare_branch_words = second != Src::imm ? through_c
                                                      : sizeof(T) == 8   ? through_e
                                                                         : through_d;

template <bool poll>
bool branch(Regs& r, std::size_t at) {
  if constexpr (poll) {
    if (should_stop(r)) [[unlikely]]
      return leave_by(r, Exit::limit), false;
  }
  r.pc += operand<std::int32_t>(r.pc, at);
  return false;
}

template <class A, class B, std::uint32_t (*function)(A, B), Pair pair, bool when, bool poll>
struct CompareBranch<function, pair, when, poll> {
  static bool run(Regs& r) {
    const A a = read<A, first(pair)>(r, at_a);
    B b;
    if constexpr (second(pair) == Src::imm) {
      b = operand<B>(r.pc, at_d);
    } else {
      b = read<B, second(pair)>(r, at_b);
    }
    if ((function(a, b) != 0) == when) return branch<poll>(r, at_c);
    r.pc += compare_branch_words<B, second(pair)>;
    return true;
  }
};

/// Branches if the i32 is non-zero, or if it is zero.
///    a  operand    c  distance
template <class A, Src src, bool when, bool poll>
struct TestBranch {
  static bool run(Regs& r) {
    if ((read<A, src>(r, at_a) != 0) == when) return branch<poll>(r, at_c);
    r.pc += through_c;
    return true;
  }
};

}  // namespace wrun::inline v0::interp
