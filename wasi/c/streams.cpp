// Standard streams for C programs.

#include "wasi/c/handles.hpp"

using namespace wrun;
using namespace wrun::wasi;

namespace {

wrun_wasi_input_t* make_input(std::shared_ptr<InputStream> (*make)()) noexcept {
  return make_handle<wrun_wasi_input_t>([&] { return make(); });
}
wrun_wasi_output_t* make_output(std::shared_ptr<OutputStream> (*make)()) noexcept {
  return make_handle<wrun_wasi_output_t>([&] { return make(); });
}

}  // namespace

Result<void> wrun::wasi::give_bytes(std::string_view bytes, wasm_byte_vec_t* out) {
  wasm_byte_vec_new(out, bytes.size(), bytes.data());
  if (out->size != bytes.size()) return api::out_of_memory();
  return {};
}

extern "C" {

void wrun_wasi_input_delete(wrun_wasi_input_t* input) {
  delete input;
}
void wrun_wasi_output_delete(wrun_wasi_output_t* output) {
  delete output;
}

wrun_wasi_input_t* wrun_wasi_input_host() {
  return make_input(&host_stdin);
}
wrun_wasi_input_t* wrun_wasi_input_empty() {
  return make_input(&empty_input);
}
wrun_wasi_input_t* wrun_wasi_input_fd(int fd) {
  return make_handle<wrun_wasi_input_t>([&] { return input_from_fd(fd); });
}
wrun_error_t* wrun_wasi_input_file(const char* path, wrun_wasi_input_t** out) {
  return capi::attempt(
      [&] { return give_handle(input_from_file(std::string(capi::text(path))), path, out); });
}
wrun_wasi_input_t* wrun_wasi_input_bytes(const void* bytes, size_t size) {
  return make_handle<wrun_wasi_input_t>([&] {
    return std::make_shared<StringInput>(std::string(static_cast<const char*>(bytes), size));
  });
}
wrun_wasi_input_t* wrun_wasi_input_callback(wrun_wasi_errno_t (*callback)(void*, void*, size_t,
                                                                          size_t*),
                                            void* env, void (*finalizer)(void*)) {
  return make_handle<wrun_wasi_input_t>([&] {
    auto kept = capi::share(env, finalizer);
    return std::make_shared<CallbackInput>(
        [callback, kept](std::span<std::byte> bytes) -> Outcome<std::size_t> {
          std::size_t done = 0;
          const auto error = callback(kept->get(), bytes.data(), bytes.size(), &done);
          return to_outcome(error, done, bytes.size());
        });
  });
}

wrun_wasi_output_t* wrun_wasi_output_host() {
  return make_output(&host_stdout);
}
wrun_wasi_output_t* wrun_wasi_output_host_error() {
  return make_output(&host_stderr);
}
wrun_wasi_output_t* wrun_wasi_output_null() {
  return make_output(&null_output);
}
wrun_wasi_output_t* wrun_wasi_output_fd(int fd) {
  return make_handle<wrun_wasi_output_t>([&] { return output_to_fd(fd); });
}
wrun_error_t* wrun_wasi_output_file(const char* path, uint64_t cap, wrun_wasi_output_t** out) {
  return capi::attempt(
      [&] { return give_handle(output_to_file(std::string(capi::text(path)), cap), path, out); });
}
wrun_wasi_output_t* wrun_wasi_output_capped(const wrun_wasi_output_t* output, uint64_t cap) {
  return make_handle<wrun_wasi_output_t>([&] { return capped_output(output->stream, cap); });
}
wrun_wasi_output_t* wrun_wasi_output_buffer(size_t cap) {
  return capi::guarded<wrun_wasi_output_t*>(nullptr, [&] {
    auto buffer = std::make_shared<StringOutput>(cap);
    return new wrun_wasi_output_t{buffer, buffer};
  });
}
wrun_wasi_output_t* wrun_wasi_output_ring(size_t capacity) {
  return capi::guarded<wrun_wasi_output_t*>(nullptr, [&] {
    auto ring = std::make_shared<RingOutput>(capacity);
    return new wrun_wasi_output_t{ring, nullptr, ring};
  });
}
wrun_wasi_output_t* wrun_wasi_output_callback(wrun_wasi_errno_t (*callback)(void*, const void*,
                                                                            size_t, size_t*),
                                              void* env, void (*finalizer)(void*)) {
  return make_handle<wrun_wasi_output_t>([&] {
    auto kept = capi::share(env, finalizer);
    return std::make_shared<CallbackOutput>(
        [callback, kept](std::span<const std::byte> bytes) -> Outcome<std::size_t> {
          std::size_t done = 0;
          const auto error = callback(kept->get(), bytes.data(), bytes.size(), &done);
          return to_outcome(error, done, bytes.size());
        });
  });
}

bool wrun_wasi_output_text(const wrun_wasi_output_t* output, wasm_byte_vec_t* out) {
  wasm_byte_vec_new_empty(out);
  if (!output->buffer && !output->ring) return false;
  return capi::guarded(false, [&] {
    const std::string text = output->buffer ? output->buffer->text() : output->ring->text();
    return give_bytes(text, out).has_value();
  });
}

bool wrun_wasi_output_take(wrun_wasi_output_t* output, wasm_byte_vec_t* out) {
  wasm_byte_vec_new_empty(out);
  if (!output->buffer) return false;
  return capi::guarded(false, [&] { return give_bytes(output->buffer->take(), out).has_value(); });
}

}  // extern "C"
