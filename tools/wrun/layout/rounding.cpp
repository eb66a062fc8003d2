// All that the command has of libm, for CPUs that may lack instructions for it: interpreted code
// rounds to whole numbers, and products and sums once, and fmt rounds to print numbers. Loading a
// library for that takes a tenth of the time that a small guest's process does.

#include <bit>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "tools/wrun/layout/fma.hpp"

namespace {

template <class F>
using Bits = std::conditional_t<sizeof(F) == 4, std::uint32_t, std::uint64_t>;
template <class F>
constexpr Bits<F> sign_bit = Bits<F>{1} << (8 * sizeof(F) - 1);
/// Numbers from here on have no fraction, and what is added to this one is rounded.
template <class F>
constexpr F whole = F(Bits<F>{1} << (std::numeric_limits<F>::digits - 1));

template <class F>
F absolute(F a) {
  return std::bit_cast<F>(std::bit_cast<Bits<F>>(a) & ~sign_bit<F>);
}
/// Zero has the sign of what became zero.
template <class F>
F with_sign(F value, F sign) {
  return std::bit_cast<F>(std::bit_cast<Bits<F>>(value) |
                          (std::bit_cast<Bits<F>>(sign) & sign_bit<F>));
}
template <class F>
F nearest_absolute(F a) {
  return a < whole<F> ? a + whole<F> - whole<F> : a;
}

template <class F>
F nearest(F a) {
  return a != a ? a + a : with_sign(nearest_absolute(absolute(a)), a);
}
template <class F>
F truncated(F a) {
  const F rounded = nearest_absolute(absolute(a));
  return a != a ? a + a : with_sign(rounded - F(rounded > absolute(a)), a);
}
template <class F>
F raised(F a) {
  const F rounded = nearest(a);
  return with_sign(rounded + F(rounded < a), a);
}
template <class F>
F lowered(F a) {
  const F rounded = nearest(a);
  return rounded - F(rounded > a);
}

constexpr unsigned modes = 0xc00;  // in the x87's control word; SSE has them three bits higher

}  // namespace

extern "C" {
int fegetround() {
  unsigned short control;
  asm volatile("fnstcw %0" : "=m"(control));
  return control & modes;
}
int fesetround(int mode) {
  const auto wanted = static_cast<unsigned>(mode);
  if ((wanted & ~modes) != 0) return 1;
  unsigned short control;
  unsigned status;
  asm volatile("fnstcw %0" : "=m"(control));
  control = static_cast<unsigned short>((control & ~modes) | wanted);
  asm volatile("fldcw %0" : : "m"(control));
  asm volatile("stmxcsr %0" : "=m"(status));
  status = (status & ~(modes << 3)) | wanted << 3;
  asm volatile("ldmxcsr %0" : : "m"(status));
  return 0;
}
double ceil(double a) {
  return raised(a);
}
double floor(double a) {
  return lowered(a);
}
double trunc(double a) {
  return truncated(a);
}
double nearbyint(double a) {
  return nearest(a);
}
float ceilf(float a) {
  return raised(a);
}
float floorf(float a) {
  return lowered(a);
}
float truncf(float a) {
  return truncated(a);
}
float nearbyintf(float a) {
  return nearest(a);
}
double fma(double a, double b, double c) {
  return wrun::tool::fma_of(a, b, c);
}
float fmaf(float a, float b, float c) {
  return wrun::tool::fma_of(a, b, c);
}
}
