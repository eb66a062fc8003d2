#include <cstdint>
#include <cstdio>
#include <wrun/wrun.hpp>

int main(int, char** arguments) {
  wrun::Engine engine;
  auto module = wrun::Module::from_file(engine, arguments[1]).value();
  wrun::Store store(engine);
  wrun::Linker linker(engine);
  linker.func("host", "print", [](int32_t x) { std::printf("%d\n", x); });
  auto instance = linker.instantiate(store, module).value();
  auto add = instance.typed<int32_t(int32_t, int32_t)>("add").value();
  int32_t sum = add(2, 3).value();
  return sum == 5 ? 0 : 1;
}
