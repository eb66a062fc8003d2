// A host that is compiled without exceptions and run-time type information. Ends with the number of
// the first check that failed.

#include <wrun/wrun.hpp>

#if defined(__cpp_exceptions) || defined(__cpp_rtti)
#error "compile this with -fno-exceptions -fno-rtti"
#endif

namespace {

constexpr std::string_view text = R"((module
  (import "host" "add" (func $add (param i32 i32) (result i32)))
  (import "host" "fail" (func $fail))
  (import "host" "wait" (func $wait (result i32)))
  (func (export "add") (param i32 i32) (result i32) (call $add (local.get 0) (local.get 1)))
  (func (export "wait") (result i32) (call $wait))
  (func (export "fail") (call $fail))))";

struct Counted {
  int references = 0;
  friend void intrusive_add_ref(Counted* object) noexcept { ++object->references; }
  friend void intrusive_release(Counted* object) noexcept { --object->references; }
};

int run() {
  Counted counted;
  wrun::Engine engine;
  wrun::Store store(engine);
  wrun::Linker linker(engine);
  linker.func("host", "add", [](int a, int b) { return a + b; });
  linker.func("host", "fail", [](wrun::Caller&) -> wrun::Result<void> {
    return wrun::Error(wrun::ErrorKind::host, "as asked");
  });
  linker.func("host", "wait", []() -> wrun::Pausable<int> { return wrun::pending; });
  const auto module = wrun::Module::from_text(engine, text);
  if (!module) return 1;
  const auto instance = linker.instantiate(store, *module);
  if (!instance) return 2;
  const auto add = instance->typed<int(int, int)>("add");
  if (!add) return 3;
  const auto sum = (*add)(2, 3);
  if (!sum || *sum != 5) return 4;
  const auto failed = instance->func("fail")->call();
  if (failed || failed.error().message() != "as asked") return 5;
  if (instance->typed<void()>("add").has_value()) return 6;
  auto call = instance->typed<int()>("wait")->start();
  if (!call || !call->is_paused() || !call->resume(17)) return 7;
  if (call->result().value() != 17) return 8;
  const auto native = instance->func("wait")->as_native<int()>();
  if (native && (native->get()() != 0 || native->check())) return 9;
  const auto half = [](int x) -> wrun::Result<int> { return x / 2; };
  if (sum.and_then(half).transform([](int x) { return x + 1; }) != 3) return 10;
  const auto renamed = failed.transform_error(
      [](const wrun::Error& error) { return wrun::Error(error.kind(), "renamed"); });
  if (renamed.error() == failed.error() || renamed.error().message() != "renamed") return 11;
  if (renamed.or_else([&](const wrun::Error&) { return failed; }).error() != failed.error())
    return 12;
  {
    auto object = wrun::ExternRef::make(store, wrun::Intrusive(&counted));
    if (!object || counted.references != 1) return 13;
    if (object->intrusive<Counted>().value().get() != &counted) return 14;
    if (!object->release() || !store.collect() || counted.references != 0) return 15;
  }
  return 0;
}

}  // namespace

int main() {
  return run();
}
