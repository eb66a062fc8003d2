#include "lib/wasm/identities.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <utility>

#include "lib/wasm/numeric.hpp"

namespace wrun::wasm {
namespace {

template <class T>
constexpr T values[] = {0,
                        1,
                        2,
                        std::numeric_limits<T>::max(),
                        std::numeric_limits<T>::max() / 2,
                        std::numeric_limits<T>::max() / 2 + 1};

/// Asks all that is said of an instruction of two integers, of all pairs of values.
template <Op op, class T>
void ask() {
  constexpr auto run = semantics<op>;
  SCOPED_TRACE(static_cast<int>(op));
  for (const T a : values<T>) {
    for (const T b : values<T>) {
      if constexpr (opposite(op) != op_none) {
        EXPECT_NE(run(a, b), semantics<opposite(op)>(a, b));
      }
      if constexpr (exchanged(op) != op_none) {
        EXPECT_EQ(run(a, b), semantics<exchanged(op)>(b, a));
      }
      if constexpr (is_commutative(op)) {
        EXPECT_EQ(run(a, b), run(b, a));
      }
    }
  }
}

template <class T, Op first, std::size_t... i>
void ask_each(std::index_sequence<i...>) {
  (ask<static_cast<Op>(static_cast<std::size_t>(first) + i), T>(), ...);
}

template <Op first, Op last>
constexpr auto range = std::make_index_sequence<static_cast<std::size_t>(last) -
                                                static_cast<std::size_t>(first) + 1>();

TEST(Identities, HoldForComparisons) {
  ask_each<std::uint32_t, Op::i32_eq>(range<Op::i32_eq, Op::i32_ge_u>);
  ask_each<std::uint64_t, Op::i64_eq>(range<Op::i64_eq, Op::i64_ge_u>);
}

TEST(Identities, HoldForArithmetic) {
  ask_each<std::uint32_t, Op::i32_add>(range<Op::i32_add, Op::i32_mul>);
  ask_each<std::uint32_t, Op::i32_and>(range<Op::i32_and, Op::i32_rotr>);
  ask_each<std::uint64_t, Op::i64_add>(range<Op::i64_add, Op::i64_mul>);
  ask_each<std::uint64_t, Op::i64_and>(range<Op::i64_and, Op::i64_rotr>);
}

TEST(Identities, AreSaidOfAllComparisonsOfIntegers) {
  for (auto i = static_cast<int>(Op::i32_eq); i <= static_cast<int>(Op::i64_ge_u); ++i) {
    const auto op = static_cast<Op>(i);
    if (op == Op::i64_eqz) continue;
    EXPECT_EQ(exchanged(exchanged(op)), op);
    EXPECT_EQ(opposite(opposite(op)), op);
  }
}

}  // namespace
}  // namespace wrun::wasm
