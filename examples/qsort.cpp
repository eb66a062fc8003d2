// Native functions both ways: C's qsort calls a comparator in WebAssembly, and WebAssembly calls
// C's cbrt. Both need a library that was built with libffi.

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>

#include <wrun/wrun.hpp>

namespace {

// Sorts by the cube root's distance from 3.
constexpr const char* text = R"((module
  (import "env" "cbrt" (func $cbrt (param f64) (result f64)))
  (memory (export "memory") 1)
  (func $distance (param $at i32) (result f64)
    (if (f64.eq (f64.load (local.get $at)) (f64.const 13)) (then (unreachable)))
    (f64.abs (f64.sub (call $cbrt (f64.load (local.get $at))) (f64.const 3))))
  (func (export "compare") (param $a i32) (param $b i32) (result i32)
    (i32.sub (f64.gt (call $distance (local.get $a)) (call $distance (local.get $b)))
             (f64.lt (call $distance (local.get $a)) (call $distance (local.get $b)))))))";

/// Pointers that the comparator gets are addresses for it, so what is sorted is in its memory.
wrun::Result<void> sort(const wrun::Instance& instance, std::initializer_list<double> numbers) {
  const wrun::Memory memory = instance.memory("memory").value();
  auto compare = instance.func("compare").value().as_native<int(const void*, const void*)>(memory);
  if (!compare) return std::move(compare).error();
  auto bytes = memory.span(1024, numbers.size() * sizeof(double));
  if (!bytes) return std::move(bytes).error();
  auto* at = reinterpret_cast<double*>(bytes->data());
  std::copy(numbers.begin(), numbers.end(), at);
  std::qsort(at, numbers.size(), sizeof(double), compare->get());
  // C code can't be unwound, so a trap in the comparator waits to be asked for.
  if (auto checked = compare->check(); !checked) return checked;
  for (std::size_t i = 0; i < numbers.size(); ++i) std::printf(i ? " %g" : "%g", at[i]);
  std::printf("\n");
  return {};
}

}  // namespace

int main() {
  wrun::Engine engine;
  wrun::Store store(engine);
  wrun::Linker linker(engine);
  linker.native("env", "cbrt", "f64(f64)", static_cast<double (*)(double)>(std::cbrt));
  auto module = wrun::Module::from_text(engine, text);
  if (!module) return std::puts(module.error().message().c_str()), 1;
  auto instance = linker.instantiate(store, *module);
  if (!instance) return std::puts(instance.error().message().c_str()), 1;

  if (auto sorted = sort(*instance, {70, 1, 28, 0, 8}); !sorted) return 1;
  const auto failed = sort(*instance, {1, 13, 2});
  std::printf("%s\n", failed ? "sorted?" : failed.error().message().c_str());
  return 0;
}
