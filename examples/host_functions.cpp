// What a host function can do: read the caller's memory, return several values, trap, throw.

#include <cstdio>
#include <stdexcept>
#include <string>
#include <tuple>

#include <wrun/wrun.hpp>

namespace {

constexpr std::string_view guest = R"((module
  (import "host" "say" (func $say (param i32 i32)))
  (import "host" "divide" (func $divide (param i32 i32) (result i32 i32)))
  (import "host" "open" (func $open (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 8) "3 doors")
  (func (export "greet") (call $say (i32.const 8) (i32.const 7)))
  (func (export "sum") (result i32)  ;; quotient and remainder, added
    (i32.add (call $divide (i32.const 85) (i32.const 2))))
  (func (export "open") (param i32) (call $open (local.get 0)))
  (func (export "overrun") (call $say (i32.const 65535) (i32.const 2)))))";

// Its result may be an error, which ends the guest's call: this one traps on a bad address.
wrun::Result<void> say(wrun::Caller& caller, uint32_t address, uint32_t length) {
  auto memory = caller.memory("memory");
  if (!memory) return memory.error();
  auto text = memory->span(address, length);
  if (!text) return text.error();
  std::printf("guest says: %s\n", std::string(text->begin(), text->end()).c_str());
  return {};
}

void open_door(int door) {
  if (door > 3) throw std::out_of_range("no such door");
}

}  // namespace

int main() {
  wrun::Engine engine;
  wrun::Linker linker(engine);
  linker.func("host", "say", say);
  linker.func("host", "divide", [](int a, int b) { return std::tuple(a / b, a % b); });
  linker.func("host", "open", open_door);

  wrun::Store store(engine);
  const auto module = wrun::Module::from_text(engine, guest).value();
  const auto instance = linker.instantiate(store, module).value();
  instance.typed<void()>("greet").value()().value();
  std::printf("sum %d\n", instance.typed<int()>("sum").value()().value());

  try {
    instance.typed<void(int)>("open").value()(4).value();
  } catch (const std::out_of_range& error) {
    std::printf("the guest's host threw: %s\n", error.what());
  }

  const auto overrun = instance.func("overrun").value().call();
  if (!overrun) std::printf("trap: %s\n", overrun.error().message().c_str());
  return overrun ? 1 : 0;
}
