#pragma once

// portable.hpp by the instructions of x86: those that every x86-64 has (SSE2), and those of
// x86-64-v2 for what is compiled with them.
//
// https://www.intel.com/content/www/us/en/docs/intrinsics-guide/index.html

#include <emmintrin.h>

#include <type_traits>

#include "lib/wasm/vector/portable.hpp"

#if defined(__SSE4_2__)
#include <smmintrin.h>
#endif

namespace wrun::inline v0::wasm {
inline namespace WRUN_ISA {

class Sse2Vector : public PortableVector {
 protected:
  static __m128i int_of(Vector a) { return (__m128i)a; }
  static __m128 f32_of(Vector a) { return (__m128)a; }
  static __m128d f64_of(Vector a) { return (__m128d)a; }
  template <class T, class U>
  static constexpr bool is = std::is_same_v<T, U>;

 private:
  /// From here on, floats have no fraction.
  template <class F>
  static constexpr F whole = F(u64{1} << (std::numeric_limits<F>::digits - 1));

  template <class F>
  static VectorOf<F> magnitude(VectorOf<F> x) {
    return (VectorOf<F>)((Vector)x & ~(Vector)splat<F>(F(-0.0)));
  }
  /// Rounds by a function of |x| or x rounded to nearest, and x; keeps the sign, and makes NaNs
  /// quiet.
  template <class F, class Function>
  static Vector round(Vector a, Function adjust) {
    const VectorOf<F> x = lanes<F>(a);
    const VectorOf<F> absolute = magnitude<F>(x);
    const Vector sign = a & (Vector)splat<F>(F(-0.0));
    const VectorOf<F> nearest = (absolute + whole<F>)-whole<F>;
    const Vector result = (Vector)adjust(nearest, absolute, x, sign);
    const Vector quiet = (Vector)(x != x) & (Vector)splat<F>(std::numeric_limits<F>::quiet_NaN());
    return choose((Vector)(absolute < whole<F>), result | sign, a | quiet);
  }
  /// 1 where the mask is set.
  template <class F, class Mask>
  static VectorOf<F> one_where(Mask mask) {
    return (VectorOf<F>)((Vector)mask & (Vector)splat<F>(F(1)));
  }

 public:
  template <class T>
  static Vector add_sat(Vector a, Vector b) {
    const __m128i x = int_of(a), y = int_of(b);
    if constexpr (is<T, s8>) return (Vector)_mm_adds_epi8(x, y);
    if constexpr (is<T, u8>) return (Vector)_mm_adds_epu8(x, y);
    if constexpr (is<T, s16>) return (Vector)_mm_adds_epi16(x, y);
    if constexpr (is<T, u16>) return (Vector)_mm_adds_epu16(x, y);
  }
  template <class T>
  static Vector sub_sat(Vector a, Vector b) {
    const __m128i x = int_of(a), y = int_of(b);
    if constexpr (is<T, s8>) return (Vector)_mm_subs_epi8(x, y);
    if constexpr (is<T, u8>) return (Vector)_mm_subs_epu8(x, y);
    if constexpr (is<T, s16>) return (Vector)_mm_subs_epi16(x, y);
    if constexpr (is<T, u16>) return (Vector)_mm_subs_epu16(x, y);
  }
  template <class T>
  static Vector avgr(Vector a, Vector b) {
    if constexpr (is<T, u8>) return (Vector)_mm_avg_epu8(int_of(a), int_of(b));
    if constexpr (is<T, u16>) return (Vector)_mm_avg_epu16(int_of(a), int_of(b));
  }
  template <class To, class From>
  static Vector narrow(Vector a, Vector b) {
    const __m128i x = int_of(a), y = int_of(b);
    if constexpr (is<To, s8>) return (Vector)_mm_packs_epi16(x, y);
    if constexpr (is<To, u8>) return (Vector)_mm_packus_epi16(x, y);
    if constexpr (is<To, s16>) return (Vector)_mm_packs_epi32(x, y);
    if constexpr (is<To, u16>) {
      // Negative ones to 0; then the range of u16 is moved to that of s16 and back.
      const auto moved = [](__m128i v) {
        const __m128i positive = _mm_andnot_si128(_mm_srai_epi32(v, 31), v);
        return _mm_sub_epi32(positive, _mm_set1_epi32(0x8000));
      };
      const __m128i packed = _mm_packs_epi32(moved(x), moved(y));
      return (Vector)_mm_xor_si128(packed, _mm_set1_epi16(-0x8000));
    }
  }
  template <class T>
  static u32 bitmask(Vector a) {
    if constexpr (sizeof(T) == 1) return u32(_mm_movemask_epi8(int_of(a)));
    if constexpr (sizeof(T) == 2)
      return u32(_mm_movemask_epi8(_mm_packs_epi16(int_of(a), _mm_setzero_si128())));
    if constexpr (sizeof(T) == 4) return u32(_mm_movemask_ps(f32_of(a)));
    if constexpr (sizeof(T) == 8) return u32(_mm_movemask_pd(f64_of(a)));
  }
  static bool is_zero(Vector a) {
    return _mm_movemask_epi8(_mm_cmpeq_epi8(int_of(a), _mm_setzero_si128())) == 0xffff;
  }
  static Vector dot(Vector a, Vector b) { return (Vector)_mm_madd_epi16(int_of(a), int_of(b)); }

  template <class To, class From, bool high>
  static Vector extmul(Vector a, Vector b) {
    const __m128i x = int_of(a), y = int_of(b);
    if constexpr (sizeof(From) == 1) {
      return (Vector)_mm_mullo_epi16(widen<From, high>(x), widen<From, high>(y));
    } else if constexpr (sizeof(From) == 2) {
      const __m128i lower = _mm_mullo_epi16(x, y);
      const __m128i upper = is<From, s16> ? _mm_mulhi_epi16(x, y) : _mm_mulhi_epu16(x, y);
      return (Vector)(high ? _mm_unpackhi_epi16(lower, upper) : _mm_unpacklo_epi16(lower, upper));
    } else {
      const __m128i i = spread<high>(x), j = spread<high>(y);
      const __m128i product = _mm_mul_epu32(i, j);
      if constexpr (is<From, u32>) return (Vector)product;
      // For signed ones, take the other factor off the upper half where one is negative.
      const __m128i i_below = _mm_and_si128(_mm_srai_epi32(i, 31), j);
      const __m128i j_below = _mm_and_si128(_mm_srai_epi32(j, 31), i);
      const __m128i excess = _mm_slli_epi64(_mm_add_epi32(i_below, j_below), 32);
      return (Vector)_mm_sub_epi32(product, excess);
    }
  }
  static Vector q15mulr_sat(Vector a, Vector b) {
    const auto rounded = [](Vector product) {
      return _mm_srai_epi32(_mm_add_epi32(int_of(product), _mm_set1_epi32(0x4000)), 15);
    };
    return (Vector)_mm_packs_epi32(rounded(extmul<s32, s16, false>(a, b)),
                                   rounded(extmul<s32, s16, true>(a, b)));
  }

  template <class F>
  static Vector ceil(Vector a) {
    return round<F>(a, [](VectorOf<F> nearest, VectorOf<F>, VectorOf<F> x, Vector sign) {
      const auto signed_nearest = (VectorOf<F>)((Vector)nearest | sign);
      return signed_nearest + one_where<F>(signed_nearest < x);
    });
  }
  template <class F>
  static Vector floor(Vector a) {
    return round<F>(a, [](VectorOf<F> nearest, VectorOf<F>, VectorOf<F> x, Vector sign) {
      const auto signed_nearest = (VectorOf<F>)((Vector)nearest | sign);
      return signed_nearest - one_where<F>(signed_nearest > x);
    });
  }
  template <class F>
  static Vector trunc(Vector a) {
    return round<F>(a, [](VectorOf<F> nearest, VectorOf<F> absolute, VectorOf<F>, Vector) {
      return nearest - one_where<F>(nearest > absolute);
    });
  }
  template <class F>
  static Vector nearest(Vector a) {
    return round<F>(a,
                    [](VectorOf<F> nearest, VectorOf<F>, VectorOf<F>, Vector) { return nearest; });
  }
  template <class F>
  static Vector sqrt(Vector a) {
    if constexpr (sizeof(F) == 4) return (Vector)_mm_sqrt_ps(f32_of(a));
    if constexpr (sizeof(F) == 8) return (Vector)_mm_sqrt_pd(f64_of(a));
  }
  static Vector demote(Vector a) { return (Vector)_mm_cvtpd_ps(f64_of(a)); }
  static Vector promote_low(Vector a) { return (Vector)_mm_cvtps_pd(f32_of(a)); }
  static Vector trunc_to_s32(Vector a) { return (Vector)_mm_cvttpd_epi32(f64_of(a)); }
  static Vector trunc_to_u32(Vector a) { return low_integers(trunc<f64>(a)); }

 private:
  /// The lower or upper half's bytes as 16-bit lanes.
  template <class From, bool high>
  static __m128i widen(__m128i x) {
    const __m128i zero = _mm_setzero_si128();
    const __m128i above = is<From, u8> ? zero : _mm_cmpgt_epi8(zero, x);
    return high ? _mm_unpackhi_epi8(x, above) : _mm_unpacklo_epi8(x, above);
  }

 protected:
  /// Two whole f64 below 2^32 as u32, then two zeros: beyond 2^52, a double's lowest bits are an
  /// integer.
  static Vector low_integers(Vector a) {
    const VectorOf<f64> moved = lanes<f64>(a) + 0x1p52;
    return (Vector)_mm_move_epi64(_mm_shuffle_epi32((__m128i)moved, 0b1000));
  }
  /// The lower or upper half's 32-bit lanes, each as the lower half of a 64-bit lane.
  template <bool high>
  static __m128i spread(__m128i x) {
    return high ? _mm_unpackhi_epi32(x, x) : _mm_unpacklo_epi32(x, x);
  }
};

#if defined(__SSE4_2__)

class X86Vector : public Sse2Vector {
 public:
  template <class To, class From>
  static Vector narrow(Vector a, Vector b) {
    if constexpr (is<To, u16>) {
      return (Vector)_mm_packus_epi32(int_of(a), int_of(b));
    } else {
      return Sse2Vector::narrow<To, From>(a, b);
    }
  }
  static bool is_zero(Vector a) { return _mm_testz_si128(int_of(a), int_of(a)) != 0; }
  /// The instruction looks at a number's top bit and its lowest four.
  static Vector swizzle(Vector a, Vector indices) {
    const __m128i numbers = _mm_adds_epu8(int_of(indices), _mm_set1_epi8(0x70));
    return (Vector)_mm_shuffle_epi8(int_of(a), numbers);
  }
  template <class To, class From, bool high>
  static Vector extmul(Vector a, Vector b) {
    if constexpr (is<From, s32>) {
      return (Vector)_mm_mul_epi32(spread<high>(int_of(a)), spread<high>(int_of(b)));
    } else {
      return Sse2Vector::extmul<To, From, high>(a, b);
    }
  }
  /// The instruction wraps where both are the least number; nothing else gives that result.
  static Vector q15mulr_sat(Vector a, Vector b) {
    const __m128i product = _mm_mulhrs_epi16(int_of(a), int_of(b));
    return (Vector)_mm_xor_si128(product, _mm_cmpeq_epi16(product, _mm_set1_epi16(-0x8000)));
  }
  template <class F>
  static Vector ceil(Vector a) {
    return round<F, _MM_FROUND_TO_POS_INF | _MM_FROUND_NO_EXC>(a);
  }
  template <class F>
  static Vector floor(Vector a) {
    return round<F, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC>(a);
  }
  template <class F>
  static Vector trunc(Vector a) {
    return round<F, _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC>(a);
  }
  template <class F>
  static Vector nearest(Vector a) {
    return round<F, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC>(a);
  }
  static Vector trunc_to_u32(Vector a) { return low_integers(trunc<f64>(a)); }

 private:
  template <class F, int mode>
  static Vector round(Vector a) {
    if constexpr (sizeof(F) == 4) return (Vector)_mm_round_ps(f32_of(a), mode);
    if constexpr (sizeof(F) == 8) return (Vector)_mm_round_pd(f64_of(a), mode);
  }
};

#else

using X86Vector = Sse2Vector;

#endif

}  // namespace WRUN_ISA
}  // namespace wrun::inline v0::wasm
