// Calls that may be paused.

#include <wrun/c/resumable.h>
#include <wrun/resumable.hpp>

#include "lib/api/c/caller.hpp"
#include "lib/api/c/error.hpp"
#include "lib/api/c/guard.hpp"
#include "lib/api/c/values.hpp"

using namespace wrun;
using capi::Use;
using detail::Progress;

struct wrun_resumable_t {
  wasm_store_t& store;
  detail::Started call = {};
  Progress progress = Progress::refused;
  std::vector<wrun_val_t> results = {};

  explicit wrun_resumable_t(wasm_store_t& where) : store(where) { store.retain(); }
  ~wrun_resumable_t() {
    for (wrun_val_t& result : results) wrun_val_delete(&result);
    call = detail::Started();
    store.release();
  }
  wrun_resumable_t(const wrun_resumable_t&) = delete;
  wrun_resumable_t& operator=(const wrun_resumable_t&) = delete;
};

namespace {

Result<std::vector<Val>> read(Use& use, const wrun_val_t* values, std::size_t count) {
  std::vector<Val> read;
  for (std::size_t i = 0; i < count; ++i) {
    auto value = capi::to_public(use, values[i]);
    if (!value) return std::move(value).error();
    read.push_back(*value);
  }
  return read;
}

/// Runs step(results, failure), and keeps what came of it.
template <class Step>
Result<void> go_on(Use& use, wrun_resumable_t& call, const Step& step) {
  use.store().forget_thrown();
  detail::CallFailure failure;
  std::vector<Val> results;
  const Progress progress = step(results, failure);
  if (progress != Progress::refused) call.progress = progress;
  if (progress == Progress::paused) return {};
  if (progress != Progress::finished) return capi::take_error(use, failure);
  call.results.reserve(results.size());
  for (const Val& result : results) {
    wrun_val_t value{};
    auto written = capi::from_public(use, result, value);
    if (!written) return written;
    call.results.push_back(value);
  }
  return {};
}

}  // namespace

extern "C" {

bool wrun_caller_can_pause(const wrun_caller_t* caller) {
  return Caller(caller->context).can_pause();
}

void wrun_caller_pause(wrun_caller_t* caller) {
  caller->pauses = true;
}

wrun_error_t* wrun_func_start(const wasm_func_t* function, const wrun_val_t* args, size_t arg_count,
                              wrun_resumable_t** out) {
  return capi::attempt_in(function->store, [&](Use& use) -> Result<void> {
    auto values = read(use, args, arg_count);
    if (!values) return std::move(values).error();
    auto made = std::make_unique<wrun_resumable_t>(use.store());
    auto begun = go_on(use, *made, [&](std::vector<Val>& results, detail::CallFailure& failure) {
      return made->call.start(detail::Access::get(function->as<Func>()), *values, results, failure);
    });
    if (!begun) return begun;
    *out = made.release();
    return {};
  });
}

bool wrun_resumable_is_paused(const wrun_resumable_t* call) {
  return call->progress == Progress::paused;
}

bool wrun_resumable_is_finished(const wrun_resumable_t* call) {
  return call->progress == Progress::finished;
}

wrun_error_t* wrun_resumable_resume(wrun_resumable_t* call, const wrun_val_t* values,
                                    size_t count) {
  return capi::attempt_in(call->store, [&](Use& use) -> Result<void> {
    auto read_values = read(use, values, count);
    if (!read_values) return std::move(read_values).error();
    return go_on(use, *call, [&](std::vector<Val>& results, detail::CallFailure& failure) {
      return call->call.resume(*read_values, results, failure);
    });
  });
}

wrun_error_t* wrun_resumable_fail(wrun_resumable_t* call, wrun_error_t* error) {
  const std::unique_ptr<wrun_error_t> taken(error);
  return capi::attempt_in(call->store, [&](Use& use) {
    return go_on(use, *call, [&](std::vector<Val>& results, detail::CallFailure& failure) {
      return call->call.fail(std::move(taken->error), results, failure);
    });
  });
}

wrun_error_t* wrun_resumable_results(wrun_resumable_t* call, wrun_val_t* results, size_t count) {
  return capi::attempt([&]() -> Result<void> {
    if (call->progress != Progress::finished) return detail::no_result(call->progress);
    if (count < call->results.size())
      return Error(ErrorKind::usage, "there is no room for all results");
    std::copy(call->results.begin(), call->results.end(), results);
    call->results.clear();
    call->progress = Progress::taken;
    return {};
  });
}

void wrun_resumable_delete(wrun_resumable_t* call) {
  delete call;
}

}  // extern "C"
