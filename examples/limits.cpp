// Four ways to keep a guest within bounds: fuel, interruption, a deadline, and amounts.

#include <chrono>
#include <cstdio>
#include <thread>

#include <wrun/wrun.hpp>

namespace {

constexpr std::string_view guest = R"((module
  (memory 1)
  (func (export "loop") (loop br 0))
  (func (export "grow") (result i32) (memory.grow (i32.const 1)))))";

void show(const wrun::Result<void>& result) {
  std::printf("%s\n", result ? "finished" : result.error().message().c_str());
}

}  // namespace

int main() {
  using namespace std::chrono_literals;
  wrun::Engine engine({.fuel = true});  // counting costs a little, so it is asked for
  const auto module = wrun::Module::from_text(engine, guest).value();
  wrun::Store store(engine);
  const auto instance = wrun::Linker(engine).instantiate(store, module).value();
  const auto loop = instance.typed<void()>("loop").value();

  store.set_fuel(1'000'000).value();
  show(loop());

  store.limits({}).value();
  std::thread other([&] {
    std::this_thread::sleep_for(10ms);
    store.interrupt();
  });
  show(loop());
  other.join();

  store.limits({.deadline = std::chrono::steady_clock::now() + 10ms}).value();
  show(loop());

  store.limits({.memory_bytes = 2 * 65536}).value();
  const auto grow = instance.typed<int()>("grow").value();
  const int former = grow().value();
  std::printf("memory: %d pages, then %d\n", former + 1, grow().value());
}
