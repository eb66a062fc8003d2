// The C API from C++, whose exceptions come out as traps.

#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>

#include "support.h"

namespace {

template <class T, void (*destroy)(T*)>
struct Deleter {
  void operator()(T* object) const { destroy(object); }
};
template <class T, void (*destroy)(T*)>
using Handle = std::unique_ptr<T, Deleter<T, destroy>>;

wasm_trap_t* throw_one(const wasm_val_vec_t*, wasm_val_vec_t*) {
  throw std::runtime_error("thrown by C++");
}

wrun_error_t* throw_two(void*, wrun_caller_t*, const wrun_val_t*, size_t, wrun_val_t*, size_t) {
  throw 2;
}

std::string message_of(const wasm_trap_t* trap) {
  wasm_message_t message;
  wasm_trap_message(trap, &message);
  std::string text = message.data;
  wasm_byte_vec_delete(&message);
  return text;
}

}  // namespace

int main() {
  const Handle<wasm_engine_t, wasm_engine_delete> engine(wasm_engine_new());
  const Handle<wasm_store_t, wasm_store_delete> store(wasm_store_new(engine.get()));
  const Handle<wasm_functype_t, wasm_functype_delete> type(wasm_functype_new_0_0());
  const Handle<wasm_func_t, wasm_func_delete> one(
      wasm_func_new(store.get(), type.get(), throw_one));
  wasm_func_t* made = nullptr;
  OK(wrun_func_new(store.get(), type.get(), throw_two, nullptr, nullptr, &made));
  const Handle<wasm_func_t, wasm_func_delete> two(made);
  for (const wasm_func_t* function : {one.get(), two.get()}) {
    wasm_val_vec_t none = WASM_EMPTY_VEC;
    const Handle<wasm_trap_t, wasm_trap_delete> trap(wasm_func_call(function, &none, &none));
    CHECK(trap != nullptr);
    std::printf("%s\n", message_of(trap.get()).c_str());
  }
  return 0;
}
