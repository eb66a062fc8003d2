// A plugin with state that is replaced while its host runs: the new version gets the old one's
// state between two calls, and if it traps on it, the old one goes on as if nothing had been.

#include <cstdio>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <wrun/wrun.hpp>

namespace {

/// What a plugin has to export: handle(x), and save() and load(size) for its state, which lies at
/// the start of its memory meanwhile.
std::string plugin(const std::string& handle, const std::string& load) {
  return R"((module (memory (export "memory") 1) (global $sum (mut i32) (i32.const 0))
    (func (export "save") (result i32)
      (i32.store (i32.const 0) (global.get $sum)) (i32.const 4))
    (func (export "load") (param $size i32) )" +
         load + R"()
    (func (export "handle") (param $x i32) (result i32) )" +
         handle + "))";
}
const std::string takes_over = "(global.set $sum (i32.load (i32.const 0)))";
const std::string version_1 = plugin(
    "(global.set $sum (i32.add (global.get $sum) (local.get $x))) (global.get $sum)", takes_over);
const std::string broken = plugin("(i32.const 0)", "(unreachable)");
const std::string version_2 = plugin(
    "(global.set $sum (i32.add (global.get $sum) (i32.mul (i32.const 10) (local.get $x))))"
    "(global.get $sum)",
    takes_over);

/// One version that runs, in a store of its own: what it does wrong ends with it.
class Plugin {
 public:
  static wrun::Result<Plugin> start(const wrun::Engine& engine, const std::string& text) {
    auto module = wrun::Module::from_text(engine, text);
    if (!module) return std::move(module).error();
    Plugin made(engine);
    auto instance = wrun::Linker(engine).instantiate(made.store_, *module);
    if (!instance) return std::move(instance).error();
    made.instance_ = *instance;
    return made;
  }

  wrun::Result<int32_t> handle(int32_t x) {
    return instance_.typed<int32_t(int32_t)>("handle").and_then([&](auto f) { return f(x); });
  }

  wrun::Result<std::vector<std::uint8_t>> save() {
    auto size = instance_.typed<uint32_t()>("save").and_then([](auto f) { return f(); });
    if (!size) return std::move(size).error();
    std::vector<std::uint8_t> state(*size);
    auto copied = instance_.memory("memory").value().copy_out(0, state);
    if (!copied) return std::move(copied).error();
    return state;
  }

  wrun::Result<void> load(const std::vector<std::uint8_t>& state) {
    auto copied = instance_.memory("memory").value().copy_in(0, state);
    if (!copied) return copied;
    return instance_.typed<void(uint32_t)>("load").and_then(
        [&](auto f) { return f(static_cast<uint32_t>(state.size())); });
  }

 private:
  explicit Plugin(const wrun::Engine& engine) : store_(engine) {}
  wrun::Store store_;
  wrun::Instance instance_;
};

/// Between two calls nothing of the plugin runs: a safe point. The old version is given up only
/// when the new one has taken its state over.
wrun::Result<void> reload(const wrun::Engine& engine, Plugin& current, const std::string& text) {
  auto state = current.save();
  if (!state) return std::move(state).error();
  auto next = Plugin::start(engine, text);
  if (!next) return std::move(next).error();
  if (auto loaded = next->load(*state); !loaded) return loaded;
  current = std::move(*next);
  return {};
}

}  // namespace

int main() {
  wrun::Engine engine;
  Plugin current = Plugin::start(engine, version_1).value();
  std::printf("%d\n", current.handle(1).value());
  std::printf("%d\n", current.handle(2).value());
  const auto failed = reload(engine, current, broken);
  std::printf("kept: %s\n", failed ? "?" : failed.error().message().c_str());
  std::printf("%d\n", current.handle(3).value());
  reload(engine, current, version_2).value();
  std::printf("%d\n", current.handle(4).value());
  return 0;
}
