// What stores and budgets used, as text and by name.

#include <wrun/usage.hpp>

#include <string>
#include <vector>

#include "lib/api/c/error.hpp"
#include "lib/api/c/guard.hpp"
#include "lib/api/c/limits.hpp"
#include "lib/api/c/types.hpp"

using namespace wrun;
using capi::Use;

struct wrun_usages_t {
  std::vector<LabelledUsage> usages;
};

namespace {

Result<void> tell_calls(const Usage& usage, wrun_call_count_t tell, void* env) {
  if (!usage.host_calls_by_name)
    return Error(ErrorKind::usage, "calls aren't counted by name (count_calls_by_name)");
  for (const auto& [name, calls] : *usage.host_calls_by_name) tell(env, name.c_str(), calls);
  return {};
}

/// With the zero byte behind it.
wasm_name_t make_text(const std::string& text) {
  return capi::make_name({text.c_str(), text.size() + 1});
}

void add(wrun_usages_t& usages, Usage&& usage, std::span<const wrun_label_t> labels) {
  LabelledUsage added{{}, std::move(usage)};
  for (const wrun_label_t& each : labels)
    added.labels.emplace_back(capi::text(each.name), capi::text(each.value));
  usages.usages.push_back(std::move(added));
}

}  // namespace

extern "C" {

wrun_error_t* wrun_store_calls_by_name(const wasm_store_t* store, wrun_call_count_t tell,
                                       void* env) {
  return capi::attempt_in(const_cast<wasm_store_t&>(*store), [&](Use& use) -> Result<void> {
    auto usage = use.facade().usage();
    if (!usage) return std::move(usage).error();
    return tell_calls(*usage, tell, env);
  });
}

wrun_error_t* wrun_budget_calls_by_name(const wrun_budget_t* budget, wrun_call_count_t tell,
                                        void* env) {
  return capi::attempt([&] { return tell_calls(budget->budget.usage(), tell, env); });
}

wrun_error_t* wrun_store_usage_json(const wasm_store_t* store, wasm_name_t* out) {
  return capi::attempt_in(const_cast<wasm_store_t&>(*store), [&](Use& use) -> Result<void> {
    auto usage = use.facade().usage();
    if (!usage) return std::move(usage).error();
    *out = make_text(to_json(*usage));
    return {};
  });
}

wrun_error_t* wrun_budget_usage_json(const wrun_budget_t* budget, wasm_name_t* out) {
  return capi::attempt([&]() -> Result<void> {
    *out = make_text(to_json(budget->budget.usage()));
    return {};
  });
}

wrun_error_t* wrun_budgets_usage_prometheus(const wrun_budget_t* const budgets[],
                                            const char* const values[], size_t count,
                                            const char* label, wasm_name_t* out) {
  return capi::attempt([&]() -> Result<void> {
    std::vector<LabelledUsage> usages;
    for (std::size_t i = 0; i < count; ++i)
      usages.push_back({{{label, values[i]}}, budgets[i]->budget.usage()});
    *out = make_text(to_prometheus(usages));
    return {};
  });
}

wrun_usages_t* wrun_usages_new() {
  return new (std::nothrow) wrun_usages_t;
}

void wrun_usages_delete(wrun_usages_t* usages) {
  delete usages;
}

wrun_error_t* wrun_usages_add_store(wrun_usages_t* usages, const wasm_store_t* store,
                                    const wrun_label_t labels[], size_t count) {
  return capi::attempt_in(const_cast<wasm_store_t&>(*store), [&](Use& use) -> Result<void> {
    auto usage = use.facade().usage();
    if (!usage) return std::move(usage).error();
    add(*usages, std::move(*usage), {labels, count});
    return {};
  });
}

wrun_error_t* wrun_usages_add_budget(wrun_usages_t* usages, const wrun_budget_t* budget,
                                     const wrun_label_t labels[], size_t count) {
  return capi::attempt([&]() -> Result<void> {
    add(*usages, budget->budget.usage(), {labels, count});
    return {};
  });
}

wrun_error_t* wrun_usages_prometheus(const wrun_usages_t* usages, wasm_name_t* out) {
  return capi::attempt([&]() -> Result<void> {
    *out = make_text(to_prometheus(usages->usages));
    return {};
  });
}

}  // extern "C"
