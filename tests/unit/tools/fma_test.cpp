// What the command has for processors without fused instructions, compared with the C library's.

#include "tools/wrun/layout/fma.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

namespace wrun::tool {
namespace {

/// Where things change: for numbers in the middle, sums that nearly vanish, and the ends.
template <class F>
class Numbers {
 public:
  F any() {
    switch (random_() % 4) {
      case 0:
        return edges[random_() % std::size(edges)];
      case 1:  // few bits: products and sums that are just between two numbers
        return scaled(static_cast<F>(random_() % 8 * 2 + 1) * few(), 40);
      case 2:
        return scaled(fraction(), std::numeric_limits<F>::max_exponent);
      default:
        return scaled(fraction(), 40);
    }
  }
  /// About minus the product.
  F near_negated(F a, F b) {
    const F negated = -(a * b);
    return random_() % 2 == 0 ? negated : std::nextafter(negated, F(0));
  }
  bool chance() { return random_() % 4 == 0; }

 private:
  using Limits = std::numeric_limits<F>;
  static constexpr F edges[] = {F(0),
                                F(-0.0),
                                F(1),
                                F(-1),
                                1 + Limits::epsilon(),
                                Limits::min(),
                                -Limits::denorm_min(),
                                Limits::denorm_min(),
                                Limits::max(),
                                Limits::lowest(),
                                Limits::infinity(),
                                -Limits::infinity(),
                                Limits::quiet_NaN()};

  F few() { return random_() % 2 == 0 ? 1 : 1 + static_cast<F>(random_() % 3) * Limits::epsilon(); }
  F fraction() { return std::uniform_real_distribution<F>(-2, 2)(random_); }
  F scaled(F x, int most) {
    return std::ldexp(x, static_cast<int>(random_() % (2u * static_cast<unsigned>(most))) - most);
  }

  std::mt19937_64 random_{1};
};

template <class F>
void compare_with_library() {
  Numbers<F> numbers;
  for (int i = 0; i < 300'000; ++i) {
    const F a = numbers.any(), b = numbers.any();
    const F c = numbers.chance() ? numbers.near_negated(a, b) : numbers.any();
    const F expected = std::fma(a, b, c);
    const F found = fma_of(a, b, c);
    if (std::isnan(expected) && std::isnan(found)) continue;
    ASSERT_TRUE(found == expected && std::signbit(found) == std::signbit(expected))
        << std::hexfloat << a << " * " << b << " + " << c << " is " << expected << ", not "
        << found;
  }
}

TEST(Fma, IsTheLibrarysOfDoubles) {
  compare_with_library<double>();
}

TEST(Fma, IsTheLibrarysOfFloats) {
  compare_with_library<float>();
}

}  // namespace
}  // namespace wrun::tool
