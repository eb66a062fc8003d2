// Captures what a program prints, up to a mebibyte, in three lines: (1) a buffer, (2) granted as
// standard output, (3) read afterwards.

#include <cstdio>
#include <memory>

#include <wrun/wasi/wasi.hpp>
#include <wrun/wrun.hpp>

namespace {

constexpr std::string_view guest = R"((module
  (import "wasi_snapshot_preview1" "fd_write"
    (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\10\00\00\00\06\00\00\00")
  (data (i32.const 16) "hello\n")
  (func (export "_start")
    (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))))))";

}  // namespace

int main() {
  wrun::Engine engine;
  wrun::Store store(engine);
  wrun::Linker linker(engine);

  const auto out = std::make_shared<wrun::wasi::StringOutput>(1 << 20);   // (1)
  wrun::wasi::add_to(linker, wrun::wasi::Config{}.stdout_(out)).value();  // (2)

  const auto module = wrun::Module::from_text(engine, guest).value();
  const auto instance = linker.instantiate(store, module).value();
  const auto start = instance.typed<void()>("_start").value();
  start().value();

  std::printf("captured: %s", out->text().c_str());  // (3)
}
