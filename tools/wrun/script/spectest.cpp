#include "tools/wrun/script/spectest.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

#include <wrun/wrun.hpp>

namespace wrun::inline v0::tool {
namespace {

constexpr std::string_view module_name = "spectest";

class Definer {
 public:
  Definer(Linker& linker, Store& store) : linker_(linker), store_(store) {}

  void functions() {
    linker_.func(module_name, "print", [] {});
    linker_.func(module_name, "print_i32", [](std::int32_t) {});
    linker_.func(module_name, "print_i64", [](std::int64_t) {});
    linker_.func(module_name, "print_f32", [](float) {});
    linker_.func(module_name, "print_f64", [](double) {});
    linker_.func(module_name, "print_i32_f32", [](std::int32_t, float) {});
    linker_.func(module_name, "print_f64_f64", [](double, double) {});
  }

  void globals() {
    global("global_i32", std::int32_t{666});
    global("global_i64", std::int64_t{666});
    global("global_f32", 666.6f);
    global("global_f64", 666.6);
  }

  void table(std::string_view name, const SizeRange& size) {
    define(name, Table::make(store_, {.size = size}, Val::null(HeapKind::func)));
  }
  void memory(std::string_view name, const MemoryType& type) {
    define(name, Memory::make(store_, type));
  }

  Result<void> result() const { return error_ ? Result<void>(*error_) : Result<void>(); }

 private:
  void global(std::string_view name, const Val& value) {
    define(name, Global::make(store_, {.type = value.type()}, value));
  }
  template <class T>
  void define(std::string_view name, const Result<T>& object) {
    if (object) {
      linker_.define(module_name, name, *object);
    } else if (!error_) {
      error_ = object.error();
    }
  }

  Linker& linker_;
  Store& store_;
  std::optional<Error> error_;
};

}  // namespace

Result<void> define_spectest(Linker& linker, Store& store) {
  const Features wanted = store.engine().config().features;
  Definer definer(linker, store);
  definer.functions();
  definer.globals();
  definer.table("table", {.min = 10, .max = 20});
  if (wanted.has(Feature::memory64))
    definer.table("table64", {.min = 10, .max = 20, .is_64 = true});
  definer.memory("memory", {.size = {.min = 1, .max = 2}});
  if (wanted.has(Feature::threads)) {
    definer.memory("shared_memory", {.size = {.min = 1, .max = 2}, .is_shared = true});
  }
  return definer.result();
}

}  // namespace wrun::inline v0::tool
