// Guests of C programs: contexts and threads.

#include "lib/api/c/limits.hpp"
#include "lib/api/c/linker.hpp"
#include "lib/api/c/module.hpp"
#include "wasi/c/handles.hpp"

using namespace wrun;
using namespace wrun::wasi;

namespace {

std::uint64_t measured(const std::optional<std::chrono::nanoseconds>& time) {
  return time ? static_cast<std::uint64_t>(time->count()) : WRUN_NOT_MEASURED;
}

Result<ThreadOptions> read_thread_options(const wrun_wasi_threads_options_t* options) {
  const wrun_wasi_threads_options_t defaults = WRUN_WASI_THREADS_OPTIONS_INIT;
  auto read = capi::read_options(options ? *options : defaults, defaults);
  if (!read) return std::move(read).error();
  ThreadOptions made;
  made.most = read->most;
  if (read->limits) {
    auto limits = capi::to_public(*read->limits);
    if (!limits) return std::move(limits).error();
    made.limits = std::move(*limits);
  }
  return made;
}

}  // namespace

extern "C" {

wrun_error_t* wrun_wasi_context_new(const wrun_wasi_config_t* config, wrun_wasi_context_t** out) {
  return capi::attempt([&] { return give_handle(Context::create(config->config), out); });
}

void wrun_wasi_context_delete(wrun_wasi_context_t* context) {
  delete context;
}

wrun_error_t* wrun_wasi_context_add_to(const wrun_wasi_context_t* context, wrun_linker_t* linker) {
  return capi::attempt([&] { return add_to(linker->linker, context->context); });
}

wrun_error_t* wrun_wasi_config_add_to(const wrun_wasi_config_t* config, wrun_linker_t* linker) {
  return capi::attempt([&]() -> Result<void> {
    auto added = add_to(linker->linker, config->config);
    if (!added) return std::move(added).error();
    return {};
  });
}

void wrun_wasi_context_interrupt(wrun_wasi_context_t* context) {
  context->context->interrupt().set();
}

bool wrun_wasi_context_usage(const wrun_wasi_context_t* context, wrun_wasi_usage_t* out) {
  return capi::guarded(false, [&] {
    const HostUsage usage = context->context->usage();
    return capi::write_answers(
        {sizeof *out, usage.calls, measured(usage.time), measured(usage.time_asleep),
         usage.bytes_in, usage.bytes_out, usage.open_files, 0},
        *out);
  });
}

wrun_error_t* wrun_wasi_threads_add_to(wrun_linker_t* linker, const wasm_shared_module_t* module,
                                       const wrun_budget_t* budget,
                                       const wrun_wasi_threads_options_t* options,
                                       wrun_wasi_threads_t** out) {
  return capi::attempt([&]() -> Result<void> {
    auto read = read_thread_options(options);
    if (!read) return std::move(read).error();
    return give_handle(ThreadGroup::add_to(linker->linker, module->module, budget->budget, *read),
                       out);
  });
}

void wrun_wasi_threads_delete(wrun_wasi_threads_t* threads) {
  delete threads;
}

wrun_error_t* wrun_wasi_threads_start(wrun_wasi_threads_t* threads, wasm_store_t* first,
                                      const wrun_prepared_t* prepared, wasm_instance_t** out) {
  return capi::attempt_in(*first, [&](capi::Use& use) -> Result<void> {
    auto made = threads->group->start(use.facade(), prepared->prepared);
    if (!made) return std::move(made).error();
    *out = capi::own_handle<wasm_instance_t>(use, capi::to_runtime<runtime::Instance>(use, *made));
    return {};
  });
}

wrun_error_t* wrun_wasi_threads_finish(wrun_wasi_threads_t* threads) {
  return capi::attempt([&] { return threads->group->finish(); });
}

}  // extern "C"
