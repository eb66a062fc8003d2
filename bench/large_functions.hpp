#pragma once

// Functions as large as generators make them, of one thing again and again.

#include <cstdint>
#include <string>

struct LargeFunction {
  const char* name;
  /// The most that compiling it takes: for each byte of its body, beside 1 MiB.
  unsigned most;
  const char* locals;
  std::string (*body)();
};

/// A module of a function, as text.
inline std::string text_of(const LargeFunction& function) {
  return "(module (memory 1) (func $g (param i32) (result i32) (i32.popcnt (local.get 0)))"
         "(func (param i32) (result i32) (local $sum i32) " +
         std::string(function.locals) + function.body() + "(local.get $sum)))";
}

namespace large {

template <class Piece>
std::string pieces(int count, Piece&& piece) {
  std::string text;
  for (int i = 0; i < count; ++i) text += piece(i);
  return text;
}
inline std::string times(int count, const char* piece) {
  return pieces(count, [piece](int) { return piece; });
}
inline std::string number(int n) {
  return std::to_string(n);
}

/// As compilers write: few locals, loads and stores, now and then a call or a condition.
inline std::string statements() {
  std::uint32_t state = 3;
  const auto draw = [&state](std::uint32_t below) {
    state = state * 1'664'525 + 1'013'904'223;
    return static_cast<int>((state >> 16) % below);
  };
  const auto local = [&draw] { return "(local.get " + number(draw(30)) + ")"; };
  const auto value = [&] {
    switch (draw(5)) {
      case 0:
        return "(call $g " + local() + ")";
      case 1:
        return "(i32.load offset=" + number(draw(4000)) + " " + local() + ")";
      default:
        const char* const ops[] = {"i32.add", "i32.sub", "i32.mul", "i32.xor"};
        return std::string("(") + ops[draw(4)] + " " + local() + " " + local() + ")";
    }
  };
  return pieces(100'000, [&](int) {
    const std::string set = "(local.set " + number(draw(30)) + " " + value() + ")";
    switch (draw(8)) {
      case 0:
        return "(if (i32.lt_u " + local() + local() + ") (then " + set + "))";
      case 1:
      case 2:
        return "(i32.store offset=" + number(draw(4000)) + " " + local() + local() + ")";
      default:
        return set;
    }
  });
}

}  // namespace large

inline const LargeFunction large_functions[] = {
    {"statements", 40,
     "(local i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32"
     " i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)",
     large::statements},
    {"sums, products and loads", 40, "",
     [] {
       return large::pieces(40'000, [](int i) {
         return "(local.set $sum (i32.add (i32.mul (local.get $sum) (i32.const 5)) (i32.load "
                "offset=" +
                large::number(i) +
                " (i32.and (local.get $sum) (i32.const 255)))))(i32.store offset=" +
                large::number(i) + " (local.get 0) (local.get $sum))";
       });
     }},
    {"stores", 40, "",
     [] {
       return large::pieces(140'000, [](int i) {
         return "(i32.store8 offset=" + large::number(i % 128) + " (local.get 0) (local.get $sum))";
       });
     }},
    {"floats", 40, "(local $x f64)",
     [] {
       return large::times(100'000,
                           "(local.set $x (f64.add (f64.mul (local.get $x) (local.get $x)) "
                           "(local.get $x)))") +
              "(local.set $sum (i32.trunc_sat_f64_s (local.get $x)))";
     }},
    {"calls", 62, "",
     [] { return large::times(150'000, "(local.set $sum (call $g (local.get $sum)))"); }},
    {"counting of bits", 160, "",
     [] {
       return "(local.get 0)" + large::times(500'000, "i32.clz i32.popcnt ") + "(local.set $sum)";
     }},
    {"values at once", 43, "",
     [] {
       return large::pieces(150'000,
                            [](int i) {
                              return "(i32.load offset=" + large::number(i % 60'000) +
                                     " (local.get 0))";
                            }) +
              large::times(149'999, "i32.add ") + "(local.set $sum)";
     }},
    {"locals", 40, "",
     [] {
       // Here, as there are so many.
       return "(local " + large::times(49'900, "i32 ") + ")" + large::pieces(100'000, [](int i) {
                return "(local.set " + large::number(2 + i * 79 % 49'900) +
                       " (i32.add (local.get " + large::number(2 + i * 31 % 49'900) +
                       ") (local.get 0)))";
              });
     }},
    {"blocks", 62, "",
     [] {
       return large::times(100'000,
                           "(block (br_if 0 (local.get 0)) (local.set $sum (i32.add (local.get "
                           "$sum) (i32.const 1))))");
     }},
    {"blocks in each other", 59, "",
     [] {
       return large::times(100'000, "(block (br_if 0 (local.get 0))") + large::times(100'000, ")");
     }},
    {"conditions", 62, "",
     [] {
       return large::times(60'000,
                           "(if (local.get 0) (then (local.set $sum (i32.add (local.get $sum) "
                           "(i32.const 1)))) (else (local.set $sum (i32.sub (local.get $sum) "
                           "(i32.const 3)))))");
     }},
    {"switches", 68, "",
     [] {
       return large::times(40'000,
                           "(block (block (block (br_table 0 1 2 0 1 (local.get $sum))) (local.set "
                           "$sum (i32.const 1))) (local.set $sum (i32.const 2)))");
     }},
    {"loops", 64, "(local $i i32)",
     [] {
       return large::times(40'000,
                           "(local.set $i (i32.const 3)) (loop (local.set $sum (i32.add "
                           "(local.get $sum) (local.get $i))) (br_if 0 (local.tee $i (i32.sub "
                           "(local.get $i) (i32.const 1)))))");
     }},
    {"dispatching loops", 152, "",
     [] {
       return large::times(10'000,
                           "(loop (block (block (br_table 0 1 0 1 0 1 0 1 0 1 0 1 0 1 0 1 0 "
                           "(local.get $sum))) (local.set $sum (call $g (local.get 0)))) "
                           "(br_if 0 (local.tee $sum (i32.sub (local.get $sum) (local.get 0)))))");
     }},
    {"dispatching loops in each other", 142, "",
     [] {
       return large::times(5'000,
                           "(loop (block (block (br_table 0 1 0 1 0 1 0 1 0 1 0 1 0 1 0 1 0 "
                           "(local.get $sum))) (local.set $sum (call $g (local.get 0))))") +
              large::times(5'000,
                           "(br_if 0 (local.tee $sum (i32.sub (local.get $sum) (local.get 0)))))");
     }},
    {"loops in each other", 82, "",
     [] {
       return large::times(20'000, "(loop ") +
              large::times(20'000,
                           "(br_if 0 (local.tee $sum (i32.sub (local.get $sum) (i32.const 1)))))");
     }},
};
