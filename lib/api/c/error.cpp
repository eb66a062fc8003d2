#include "lib/api/c/error.hpp"

#include "lib/api/c/guard.hpp"
#include "lib/api/c/sized.hpp"
#include "lib/api/c/trap.hpp"
#include "lib/runtime/trap.hpp"
#include "lib/wasm/compose.hpp"

using namespace wrun;

namespace wrun::inline v0::capi {

namespace {

wrun_error_t& spare_error() {
  static wrun_error_t spare{api::out_of_memory()};
  return spare;
}

}  // namespace

wrun_error_t* to_c(Error error) noexcept {
  auto* made = new (std::nothrow) wrun_error_t{std::move(error)};
  return made ? made : &spare_error();
}

Error take_error(Use& use, detail::CallFailure& failure) noexcept {
  use.store().forget_thrown();
  return failure.error ? std::move(*failure.error) : detail::error_of(failure.exception);
}

Error wrong_size(const char* type) {
  return Error(ErrorKind::usage,
               compose("{} has a size that this version of the library doesn't know: "
                       "initialise it with its WRUN_..._INIT",
                       type));
}

void give_text(wasm_name_t* out, const std::string& text) noexcept {
  wasm_byte_vec_new(out, text.size() + 1, text.c_str());
}

}  // namespace wrun::inline v0::capi

namespace {

const Error::Details* details_of(const wrun_error_t* error) {
  return error->error.details();
}

}  // namespace

extern "C" {

const char* wrun_version() {
  return version().data();
}

wrun_error_t* wrun_error_new(wrun_errorkind_t kind, const char* message) {
  return capi::attempt([&]() -> Result<void> {
    const auto known = kind <= WRUN_ERROR_HOST ? static_cast<ErrorKind>(kind) : ErrorKind::host;
    return Error(known, std::string(capi::text(message)));
  });
}

wrun_error_t* wrun_error_new_trap(wrun_trapcode_t code) {
  const auto known =
      code <= WRUN_TRAP_HOST_ERROR ? static_cast<TrapCode>(code) : TrapCode::host_error;
  return capi::to_c(runtime::make_trap(known));
}

wrun_error_t* wrun_error_new_exit(int status) {
  return capi::attempt([&]() -> Result<void> {
    Error::Details details;
    details.exit_status = status;
    return Error(ErrorKind::exit, compose("exit status {}", status), std::move(details));
  });
}

wrun_error_t* wrun_error_copy(const wrun_error_t* error) {
  return capi::attempt([&]() -> Result<void> { return error->error; });
}

bool wrun_error_equal(const wrun_error_t* a, const wrun_error_t* b) {
  return a->error == b->error;
}

void wrun_error_delete(wrun_error_t* error) {
  if (error != &capi::spare_error()) delete error;
}

wrun_errorkind_t wrun_error_kind(const wrun_error_t* error) {
  return static_cast<wrun_errorkind_t>(error->error.kind());
}

const char* wrun_error_message(const wrun_error_t* error) {
  return error->error.message().c_str();
}

bool wrun_error_offset(const wrun_error_t* error, uint64_t* out) {
  if (!error->error.offset()) return false;
  *out = *error->error.offset();
  return true;
}

bool wrun_error_trap_code(const wrun_error_t* error, wrun_trapcode_t* out) {
  const auto code = error->error.trap();
  if (!code) return false;
  *out = static_cast<wrun_trapcode_t>(*code);
  return true;
}

bool wrun_error_exit_status(const wrun_error_t* error, int* out) {
  const auto status = error->error.exit_status();
  if (!status) return false;
  *out = *status;
  return true;
}

bool wrun_error_memory_access(const wrun_error_t* error, uint64_t* address, uint64_t* memory_size) {
  const Error::Details* details = details_of(error);
  if (!details || !details->address) return false;
  *address = *details->address;
  *memory_size = details->memory_size.value_or(0);
  return true;
}

size_t wrun_error_frame_count(const wrun_error_t* error) {
  const Error::Details* details = details_of(error);
  return details ? details->backtrace.size() : 0;
}

bool wrun_error_frame(const wrun_error_t* error, size_t index, wrun_frame_info_t* out) {
  if (index >= wrun_error_frame_count(error)) return false;
  const Frame& frame = details_of(error)->backtrace[index];
  const wrun_frame_info_t info{
      sizeof info, frame.module.c_str(), frame.func_name.c_str(), frame.func_index,
      0,           frame.offset};
  return capi::write_answers(info, *out);
}

const char* wrun_errorkind_text(wrun_errorkind_t kind) {
  return kind <= WRUN_ERROR_HOST ? text(static_cast<ErrorKind>(kind)).data() : "";
}

const char* wrun_trapcode_text(wrun_trapcode_t code) {
  return code <= WRUN_TRAP_HOST_ERROR ? text(static_cast<TrapCode>(code)).data() : "";
}

wrun_error_t* wrun_trap_error(const wasm_trap_t* trap) {
  return capi::attempt([&]() -> Result<void> { return capi::without_instances(trap->error); });
}

wasm_trap_t* wrun_error_to_trap(wasm_store_t* store, const wrun_error_t* error) {
  return capi::guarded<wasm_trap_t*>(nullptr, [&] {
    return capi::make_plain_trap(*store, capi::without_instances(error->error));
  });
}

}  // extern "C"
