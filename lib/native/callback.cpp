// WebAssembly functions as C function pointers.

#include <ffi.h>

#include <array>
#include <cstring>
#include <mutex>
#include <new>
#include <optional>
#include <vector>

#include <wrun/native.hpp>

#include "lib/api/boundary.hpp"
#include "lib/api/session.hpp"
#include "lib/native/signature.hpp"
#include "lib/native/types.hpp"
#include "lib/runtime/memory.hpp"
#include "lib/runtime/slot.hpp"
#include "lib/wasm/compose.hpp"
#include "lib/wasm/shared.hpp"

namespace wrun::inline v0 {

namespace detail {

/// What the code behind a pointer knows.
class NativeCode {
 public:
  NativeCode(Handle function, Handle memory, NativeKind result, std::span<const NativeKind> params)
      : function_(function),
        memory_(memory),
        result_(result),
        params_(params.begin(), params.end()) {}
  ~NativeCode() {
    if (closure_) ffi_closure_free(closure_);
  }
  NativeCode(const NativeCode&) = delete;
  NativeCode& operator=(const NativeCode&) = delete;

  /// False if the system gives no memory for code.
  bool make_closure();
  void* address() const { return address_; }
  bool take_failure(CallFailure& failure) noexcept;

 private:
  static void enter(ffi_cif* cif, void* result, void** args, void* self) noexcept;
  bool call(void* result, void** args, CallFailure& failure) const;
  void keep(CallFailure&& failure) noexcept;
  bool has_failed() noexcept;

  Handle function_;
  Handle memory_;
  NativeKind result_;
  std::vector<NativeKind> params_;
  std::vector<ffi_type*> types_;
  ffi_cif cif_{};
  ffi_closure* closure_ = nullptr;
  void* address_ = nullptr;
  std::mutex mutex_;  // C code may call on any thread
  std::optional<CallFailure> failure_;
};

}  // namespace detail

namespace {

using detail::CallFailure;
using detail::Handle;
using detail::NativeKind;

Error not_in_memory() {
  return Error(ErrorKind::usage, "a pointer that isn't into the callback's memory");
}

/// The memory that pointers are addresses of, for one crossing: calls may make it move.
struct Place {
  std::uint8_t* base = nullptr;
  std::uint64_t size = 0;
  bool is_64 = false;

  static Result<Place> find(Handle handle) {
    const api::Session session(handle.store);
    if (!session) return session.error();
    const auto* memory = api::resolve<runtime::Memory>(*session, handle);
    if (!memory) return api::stale_handle();
    if (memory->shared) return Error(ErrorKind::usage, "pointers can't be into a shared memory");
    return Place{memory->base, memory->size, memory->type.limits.is_64};
  }
  /// The address of a pointer; nothing if it points elsewhere.
  std::optional<std::uint64_t> address_of(std::uint64_t pointer) const {
    const auto first = reinterpret_cast<std::uintptr_t>(base);
    if (pointer == 0) return 0;
    if (pointer < first || pointer - first > size) return std::nullopt;
    return pointer - first;
  }
  std::optional<std::uint64_t> pointer_to(std::uint64_t address) const {
    if (address == 0) return 0;
    if (address > size) return std::nullopt;
    return reinterpret_cast<std::uintptr_t>(base) + address;
  }
};

ValType type_in_wasm(NativeKind kind, bool is_64) {
  if (kind == NativeKind::pointer) return is_64 ? ValType::i64() : ValType::i32();
  if (native::is_narrow(kind)) return ValType::i32();
  if (kind == NativeKind::f32) return ValType::f32();
  return kind == NativeKind::f64 ? ValType::f64() : ValType::i64();
}

/// Zero, whatever the type, in what libffi returns from.
void set_zero(NativeKind result, void* to) {
  if (result == NativeKind::none) return;
  std::memset(to, 0, std::max(native::size_of(result), sizeof(ffi_arg)));
}

/// Nothing if the function has the type that the C signature stands for.
std::optional<Error> check(Handle function, Handle memory, NativeKind result,
                           std::span<const NativeKind> params) {
  bool uses_memory = result == NativeKind::pointer;
  for (const NativeKind param : params) uses_memory |= param == NativeKind::pointer;
  bool is_64 = false;
  if (uses_memory) {
    if (memory.store == 0)
      return Error(ErrorKind::usage, "pointers need a memory: as_native(memory)");
    const auto place = Place::find(memory);
    if (!place) return place.error();
    is_64 = place->is_64;
  }
  std::vector<ValType> types;
  for (const NativeKind param : params) types.push_back(type_in_wasm(param, is_64));
  std::vector<ValType> results;
  if (result != NativeKind::none) results.push_back(type_in_wasm(result, is_64));
  return detail::check_signature(function, types, results);
}

}  // namespace

bool detail::NativeCode::make_closure() {
  for (const NativeKind param : params_) types_.push_back(native::ffi_type_of(param));
  if (ffi_prep_cif(&cif_, FFI_DEFAULT_ABI, static_cast<unsigned>(types_.size()),
                   native::ffi_type_of(result_), types_.data()) != FFI_OK)
    return false;
  closure_ = static_cast<ffi_closure*>(ffi_closure_alloc(sizeof(ffi_closure), &address_));
  return closure_ && ffi_prep_closure_loc(closure_, &cif_, &enter, this, address_) == FFI_OK;
}

void detail::NativeCode::enter(ffi_cif*, void* result, void** args, void* self) noexcept {
  auto& code = *static_cast<NativeCode*>(self);
  set_zero(code.result_, result);
  if (code.has_failed()) return;
  CallFailure failure;
  try {
    if (code.call(result, args, failure)) return;
  } catch (...) {
    failure.error = api::out_of_memory();
  }
  code.keep(std::move(failure));
}

bool detail::NativeCode::call(void* result, void** args, CallFailure& failure) const {
  const auto fail = [&](Error error) { return failure.error.emplace(std::move(error)), false; };
  // The handles' store stays this thread's from here on.
  const api::Session session(function_.store);
  if (!session) return fail(session.error());
  std::array<runtime::Slot, native::max_params> slots;
  for (std::size_t i = 0; i < params_.size(); ++i) {
    std::uint64_t bits = native::load_bits(params_[i], args[i]);
    if (native::is_narrow(params_[i])) bits = native::extended(params_[i], bits);
    if (params_[i] == NativeKind::pointer) {
      const auto place = Place::find(memory_);
      if (!place) return fail(place.error());
      const auto address = place->address_of(bits);
      if (!address) return fail(not_in_memory());
      bits = *address;
    }
    slots[i].set(bits);
  }
  FailureRoom room;
  if (!call_slots(function_, reinterpret_cast<detail::Slot*>(slots.data()), room)) {
    failure = std::move(room.failure);
    room.failure.~CallFailure();
    return false;
  }
  if (result_ == NativeKind::none) return true;
  std::uint64_t bits = slots[0].get<std::uint64_t>();
  if (result_ == NativeKind::pointer) {
    const auto place = Place::find(memory_);
    if (!place) return fail(place.error());
    const auto pointer = place->pointer_to(place->is_64 ? bits : static_cast<std::uint32_t>(bits));
    if (!pointer) return fail(not_in_memory());
    bits = *pointer;
  }
  // libffi takes small integers widened to a register.
  if (native::is_narrow(result_)) {
    const ffi_arg widened = native::extended(result_, bits);
    std::memcpy(result, &widened, sizeof(widened));
  } else {
    native::store_bits(result_, bits, result);
  }
  return true;
}

bool detail::NativeCode::has_failed() noexcept {
  const std::lock_guard lock(mutex_);
  return failure_.has_value();
}

void detail::NativeCode::keep(CallFailure&& failure) noexcept {
  const std::lock_guard lock(mutex_);
  if (!failure_) failure_.emplace(std::move(failure));
}

bool detail::NativeCode::take_failure(CallFailure& failure) noexcept {
  const std::lock_guard lock(mutex_);
  if (!failure_) return false;
  failure = std::move(*failure_);
  failure_.reset();
  return true;
}

Result<detail::Shared<detail::NativeCode>> detail::make_native(Handle function, Handle memory,
                                                               NativeKind result,
                                                               std::span<const NativeKind> params) {
  return api::guarded([&]() -> Result<Shared<NativeCode>> {
    if (params.size() > native::max_params)
      return Error(ErrorKind::usage,
                   compose("a native function of more than {} parameters", native::max_params));
    if (auto wrong = check(function, memory, result, params)) return std::move(*wrong);
    auto code = std::make_shared<NativeCode>(function, memory, result, params);
    if (!code->make_closure())
      return Error(ErrorKind::limit, "the system gives no memory for the code of a callback");
    return shared_of(std::move(code));
  });
}

void* detail::native_address(const NativeCode& code) noexcept {
  return code.address();
}

bool detail::take_native_failure(NativeCode* code, CallFailure& failure) noexcept {
  if (code) return code->take_failure(failure);
  return failure.error.emplace(api::empty_object("NativeCallback")), true;
}

}  // namespace wrun::inline v0
