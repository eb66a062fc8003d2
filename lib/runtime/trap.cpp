#include "lib/runtime/trap.hpp"

#include <new>
#include <string>
#include <utility>

#include "lib/runtime/store.hpp"
#include "lib/wasm/compose.hpp"

namespace wrun::inline v0::runtime {

namespace {

ErrorKind kind_of(TrapCode code) {
  switch (code) {
    case TrapCode::stack_exhausted:
      return ErrorKind::exhaustion;
    case TrapCode::out_of_fuel:
    case TrapCode::deadline:
    case TrapCode::allocation_failed:
      return ErrorKind::limit;
    case TrapCode::interrupted:
      return ErrorKind::interrupted;
    case TrapCode::host_error:
      return ErrorKind::host;
    default:
      return ErrorKind::trap;
  }
}

std::string_view function_name(const wasm::ModuleData& module, std::uint32_t index) {
  const auto named = module.names.functions.find(index);
  if (named != module.names.functions.end()) return named->second;
  for (const wasm::Export& exported : module.exports) {
    if (exported.kind == wasm::ExternKind::func && exported.index == index) return exported.name;
  }
  return {};
}

}  // namespace

Error make_trap(TrapCode code, Error::Details details) noexcept try {
  details.trap = code;
  return Error(kind_of(code), std::string(text(code)), std::move(details));
} catch (const std::bad_alloc&) {
  return Error(kind_of(code), "out of memory");  // short enough to need none itself
}

Error make_trap(TrapCode code) noexcept {
  return make_trap(code, {});
}

Error make_memory_trap(std::uint64_t address, std::uint64_t memory_size) noexcept {
  Error::Details details;
  details.address = address;
  details.memory_size = memory_size;
  return make_trap(TrapCode::out_of_bounds_memory_access, std::move(details));
}

Error make_no_room(std::uint64_t bytes) noexcept try {
  Error::Details details;
  details.trap = TrapCode::allocation_failed;
  return Error(ErrorKind::limit,
               compose("{}: no {} bytes within the limits of the heap (heap_bytes)",
                       text(TrapCode::allocation_failed), bytes),
               std::move(details));
} catch (const std::bad_alloc&) {
  return make_trap(TrapCode::allocation_failed);
}

bool fail(ExecState& state, TrapCode code) noexcept {
  if (!state.failure) state.failure.error = make_trap(code);
  state.may_have_work = true;
  return false;
}

bool fail(ExecState& state, Error error) noexcept {
  if (!state.failure) state.failure.error = std::move(error);
  state.may_have_work = true;
  return false;
}

bool fail(ExecState& state, std::exception_ptr exception) noexcept {
  if (!state.failure) state.failure.exception = std::move(exception);
  state.may_have_work = true;
  return false;
}

Error stopped_error(const ExecState& state) noexcept {
  const bool late =
      !state.requested(ExecState::Stop::interrupted) && state.requested(ExecState::Stop::deadline);
  return late ? state.store->late_error() : make_trap(TrapCode::interrupted);
}

bool fail_stopped(ExecState& state) noexcept {
  return fail(state, stopped_error(state));
}

Frame make_frame(const Instance& instance, std::uint32_t func_index, std::uint64_t offset) {
  const wasm::ModuleData& module = *instance.code->data;
  Frame frame;
  frame.module = module.names.module.value_or(std::string_view());
  frame.func_index = func_index;
  frame.func_name = function_name(module, func_index);
  frame.offset = offset;
  frame.instance = reinterpret_cast<std::uintptr_t>(&instance);
  return frame;
}

Error with_backtrace(Error error, std::vector<Frame> frames) {
  Error::Details details = error.details() ? *error.details() : Error::Details{};
  if (!details.backtrace.empty()) return error;
  details.backtrace = std::move(frames);
  return Error(error.kind(), error.message(), std::move(details));
}

}  // namespace wrun::inline v0::runtime
