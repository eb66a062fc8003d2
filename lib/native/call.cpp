#include "lib/native/call.hpp"

#include <ffi.h>

#include <array>
#include <bit>
#include <cstring>
#include <limits>
#include <memory>
#include <span>

#include "lib/native/types.hpp"
#include "lib/runtime/exec_state.hpp"
#include "lib/runtime/memory.hpp"
#include "lib/runtime/trap.hpp"
#include "lib/wasm/compose.hpp"
#include "lib/wasm/shared.hpp"

namespace wrun::inline v0::native {

namespace {

using runtime::Slot;

/// What a call needs of a native function.
struct Callee {
  Signature signature;
  Found found;
  ffi_cif cif{};
  std::vector<ffi_type*> types;
  bool uses_memory = false;
};

bool is_address(const Value& value) {
  return value.role == Role::pointer || value.role == Role::string;
}

/// One call: its arguments as the native function takes them.
class Call {
 public:
  Call(const Callee& callee, const Slot* args) : callee_(callee), args_(args) {}

  Result<void> run(runtime::CallContext& context, Slot* result) {
    if (callee_.uses_memory) {
      if (auto found = find_memory(context); !found) return found;
    }
    std::array<void*, max_params> pointers;
    for (std::size_t i = 0; i < callee_.signature.params.size(); ++i) {
      if (auto set = set_argument(i); !set) return set;
      pointers[i] = &values_[i];
    }
    // libffi widens small integers to a register.
    Slot returned{};
    static_assert(sizeof(ffi_arg) <= sizeof(Slot));
    ffi_call(const_cast<ffi_cif*>(&callee_.cif), callee_.found.address, &returned, pointers.data());
    return take_result(returned, result);
  }

 private:
  Result<void> find_memory(const runtime::CallContext& context) {
    const runtime::Memory* memory = context.caller ? context.caller->memory0 : nullptr;
    if (!memory) {
      return Error(ErrorKind::usage, "a native function takes pointers: its caller has no memory");
    }
    if (memory->shared) {
      return Error(ErrorKind::usage, "a native function can't be given pointers to shared memory");
    }
    memory_ = std::span(memory->base, static_cast<std::size_t>(memory->size));
    return {};
  }

  Result<void> set_argument(std::size_t index) {
    const Value& param = callee_.signature.params[index];
    const Slot& arg = args_[index];
    if (is_address(param)) return set_pointer(param, arg.get<std::uint32_t>(), values_[index]);
    const bool is_short = param.role == Role::size || size_of(param.kind) <= 4;
    store_bits(param.kind, is_short ? arg.get<std::uint32_t>() : arg.get<std::uint64_t>(),
               &values_[index]);
    return {};
  }

  Result<void> set_pointer(const Value& param, std::uint32_t address, Slot& to) const {
    to.set<void*>(nullptr);
    if (address == 0 && param.may_be_null) return {};
    const auto size =
        param.role == Role::string ? length_of_string(address) : size_of_pointee(param);
    if (!size || !runtime::in_bounds(memory_.size(), address, *size)) {
      return runtime::make_memory_trap(address, memory_.size());
    }
    to.set(memory_.data() + address);
    return {};
  }

  /// With the zero; nothing if there is none.
  std::optional<std::uint64_t> length_of_string(std::uint32_t address) const {
    if (address >= memory_.size()) return std::nullopt;
    const auto rest = memory_.subspan(address);
    const void* end = std::memchr(rest.data(), 0, rest.size());
    if (!end) return std::nullopt;
    return static_cast<const std::uint8_t*>(end) - rest.data() + 1;
  }

  /// Nothing if it is more than any memory.
  std::optional<std::uint64_t> size_of_pointee(const Value& pointer) const {
    std::uint64_t size = 1;
    for (const Factor& factor : pointer.size) {
      const std::uint64_t times = factor.is_param ? size_in(factor.value) : factor.value;
      if (times != 0 && size > std::numeric_limits<std::uint64_t>::max() / times)
        return std::nullopt;
      size *= times;
    }
    return size;
  }

  /// A negative one is huge.
  std::uint64_t size_in(std::uint64_t index) const {
    const Value& param = callee_.signature.params[index];
    const Slot& arg = args_[index];
    if (param.role == Role::size) return arg.get<std::uint32_t>();
    if (is_narrow(param.kind)) return extended(param.kind, arg.get<std::uint32_t>());
    return arg.get<std::uint64_t>();
  }

  Result<void> take_result(const Slot& returned, Slot* result) const {
    const Value& value = callee_.signature.result;
    if (value.kind == NativeKind::none) return {};
    if (value.role == Role::pointer) return take_pointer(returned.get<std::uintptr_t>(), result);
    if (value.role == Role::size) {
      const auto size = returned.get<std::size_t>();
      if (size > std::numeric_limits<std::uint32_t>::max()) {
        return Error(ErrorKind::host, compose("a native function returned the size {}", size));
      }
      result->set(static_cast<std::uint32_t>(size));
    } else if (is_narrow(value.kind)) {
      result->set(static_cast<std::uint32_t>(extended(value.kind, returned.get<ffi_arg>())));
    } else {
      *result = returned;
    }
    return {};
  }

  Result<void> take_pointer(std::uintptr_t pointer, Slot* result) const {
    const auto base = reinterpret_cast<std::uintptr_t>(memory_.data());
    if (pointer != 0 && (pointer < base || pointer - base > memory_.size())) {
      return Error(ErrorKind::host, "a native function returned a pointer out of the memory");
    }
    result->set(static_cast<std::uint32_t>(pointer == 0 ? 0 : pointer - base));
    return {};
  }

  const Callee& callee_;
  const Slot* args_;
  std::span<std::uint8_t> memory_;
  std::array<Slot, max_params> values_;
};

void call_from_slots(void* env, runtime::CallContext* context, Slot* slots) noexcept {
  try {
    auto done = Call(*static_cast<const Callee*>(env), slots).run(*context, slots);
    if (!done) detail::fail_call(context, std::move(done).error());
  } catch (...) {
    detail::fail_call(context, std::current_exception());
  }
}

}  // namespace

Result<detail::HostFunc> make_host_func(Signature signature, Found found) {
  detail::HostFunc made;
  made.type = wasm_type(signature);
  made.call = &call_from_slots;
  auto callee = std::make_shared<Callee>();
  callee->uses_memory = is_address(signature.result);
  for (const Value& param : signature.params) {
    callee->types.push_back(ffi_type_of(param.kind));
    callee->uses_memory |= is_address(param);
  }
  const auto count = static_cast<unsigned>(callee->types.size());
  if (ffi_prep_cif(&callee->cif, FFI_DEFAULT_ABI, count, ffi_type_of(signature.result.kind),
                   callee->types.data()) != FFI_OK) {
    return Error(ErrorKind::usage, "libffi can't call a function of this type");
  }
  callee->signature = std::move(signature);
  callee->found = std::move(found);
  made.env = detail::shared_of<void>(std::move(callee));
  return made;
}

}  // namespace wrun::inline v0::native
