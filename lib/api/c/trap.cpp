#include "lib/api/c/trap.hpp"

#include <cstring>

#include "lib/api/boundary.hpp"
#include "lib/api/c/guard.hpp"
#include "lib/api/c/vectors.hpp"

using namespace wrun;
using capi::Use;

wasm_trap_t::~wasm_trap_t() {
  for (wasm_frame_t& frame : frames) capi::drop(frame.instance);
}

namespace wrun::inline v0::capi {

namespace {

wasm_trap_t* spare_trap(wasm_store_t& store) noexcept {
  if (store.spare->owners.fetch_add(1) == 0) store.retain();
  return store.spare;
}

std::uint64_t body_offset(const runtime::Instance& instance, std::uint32_t function) {
  const wasm::ModuleData& data = *instance.code->data;
  if (function < instance.imported_functions) return 0;
  return data.functions[function].body.offset;
}

/// The frame's instance is alive: its code ran until a moment ago.
wasm_frame_t make_frame(Use& use, const Frame& frame) {
  wasm_frame_t made;
  made.func_index = frame.func_index;
  made.module_offset = made.func_offset = frame.offset;
  if (auto* instance = reinterpret_cast<runtime::Instance*>(frame.instance)) {
    made.func_offset -= body_offset(*instance, frame.func_index);
    made.instance = own_object<wasm_instance_t>(use, *instance);
  }
  return made;
}

void add_frames(Use& use, wasm_trap_t& trap) {
  const Error::Details* details = trap.error.details();
  if (!details) return;
  trap.frames.reserve(details->backtrace.size());
  for (const Frame& frame : details->backtrace) trap.frames.push_back(make_frame(use, frame));
}

/// The trap that the store's last failing callback returned, if this error is that one's.
wasm_trap_t* take_thrown(Use& use, const Error& error) {
  wasm_trap_t* trap = use.store().thrown;
  if (!trap || error.kind() != trap->error.kind() || error.message() != trap->error.message())
    return nullptr;
  use.store().thrown = nullptr;
  if (trap->owners.fetch_add(1) == 0) use.store().retain();
  drop_inside(*trap);
  return trap;
}

}  // namespace

wasm_trap_t* make_plain_trap(wasm_store_t& store, Error error) noexcept {
  auto* trap = new (std::nothrow) wasm_trap_t(store, std::move(error));
  if (!trap) return spare_trap(store);
  store.retain();
  return trap;
}

wasm_trap_t* make_trap(Use& use, Error error) noexcept {
  Owned<wasm_trap_t> trap(make_plain_trap(use.store(), std::move(error)));
  return guarded(spare_trap(use.store()), [&] {
    add_frames(use, *trap);
    drop(use.store().spare);
    return trap.release();
  });
}

wasm_trap_t* take_trap(Use& use, detail::CallFailure& failure) noexcept {
  Error error = failure.error ? std::move(*failure.error) : detail::error_of(failure.exception);
  wasm_trap_t* thrown = take_thrown(use, error);
  if (!thrown) {
    use.store().forget_thrown();
    return make_trap(use, std::move(error));
  }
  if (thrown->frames.empty()) {
    thrown->error = std::move(error);
    guarded([&] { add_frames(use, *thrown); });
  }
  return thrown;
}

Error without_instances(const Error& error) {
  if (!error.details() || error.details()->backtrace.empty()) return error;
  Error::Details details = *error.details();
  for (Frame& frame : details.backtrace) frame.instance = 0;
  return Error(error.kind(), error.message(), std::move(details));
}

void fail_with_trap(Use& use, runtime::CallContext* context, wasm_trap_t* trap) noexcept {
  use.store().forget_thrown();
  detail::fail_call(context,
                    guarded(api::out_of_memory(), [&] { return without_instances(trap->error); }));
  if (&trap->store == &use.store()) {
    hold_inside(*trap);
    use.store().thrown = trap;
  }
  drop(trap);
}

}  // namespace wrun::inline v0::capi

namespace {

wasm_frame_t* copy_frame(const wasm_frame_t& frame) {
  auto* made = new wasm_frame_t(frame);
  capi::copy(made->instance);
  return made;
}

std::string text_of(const wasm_message_t* message) {
  if (!message || !message->data) return {};
  return std::string(message->data, strnlen(message->data, message->size));
}

}  // namespace

extern "C" {

void wasm_frame_delete(wasm_frame_t* frame) {
  if (!frame) return;
  capi::drop(frame->instance);
  delete frame;
}

wasm_frame_t* wasm_frame_copy(const wasm_frame_t* frame) {
  return capi::guarded<wasm_frame_t*>(nullptr, [&] { return copy_frame(*frame); });
}

wasm_instance_t* wasm_frame_instance(const wasm_frame_t* frame) {
  return frame->instance;
}

uint32_t wasm_frame_func_index(const wasm_frame_t* frame) {
  return frame->func_index;
}

size_t wasm_frame_func_offset(const wasm_frame_t* frame) {
  return static_cast<size_t>(frame->func_offset);
}

size_t wasm_frame_module_offset(const wasm_frame_t* frame) {
  return static_cast<size_t>(frame->module_offset);
}

wasm_trap_t* wasm_trap_new(wasm_store_t* store, const wasm_message_t* message) {
  return capi::guarded<wasm_trap_t*>(nullptr, [&] {
    return capi::make_plain_trap(*store, Error(ErrorKind::host, text_of(message)));
  });
}

void wasm_trap_message(const wasm_trap_t* trap, wasm_message_t* out) {
  const std::string& text = trap->error.message();
  wasm_byte_vec_new(out, text.size() + 1, text.c_str());
}

wasm_frame_t* wasm_trap_origin(const wasm_trap_t* trap) {
  if (trap->frames.empty()) return nullptr;
  return wasm_frame_copy(&trap->frames.front());
}

void wasm_trap_trace(const wasm_trap_t* trap, wasm_frame_vec_t* out) {
  capi::fill(out, trap->frames.size(), [&](std::size_t i) { return copy_frame(trap->frames[i]); });
}

}  // extern "C"
