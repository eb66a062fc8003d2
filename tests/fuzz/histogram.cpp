#include "tests/fuzz/histogram.hpp"

#include <fmt/format.h>

#include <array>

namespace wrun::inline v0::fuzz {

namespace {

/// Traps that generated modules can run into.
constexpr std::array expected_traps = {TrapCode::unreachable,
                                       TrapCode::integer_divide_by_zero,
                                       TrapCode::integer_overflow,
                                       TrapCode::invalid_conversion_to_integer,
                                       TrapCode::out_of_bounds_memory_access,
                                       TrapCode::out_of_bounds_table_access,
                                       TrapCode::indirect_call_type_mismatch,
                                       TrapCode::undefined_element,
                                       TrapCode::uninitialized_element,
                                       TrapCode::null_struct_reference,
                                       TrapCode::null_array_reference,
                                       TrapCode::null_i31_reference,
                                       TrapCode::null_exception_reference,
                                       TrapCode::null_reference,
                                       TrapCode::out_of_bounds_array_access,
                                       TrapCode::cast_failure,
                                       TrapCode::unaligned_atomic,
                                       TrapCode::stack_exhausted,
                                       TrapCode::out_of_fuel};

constexpr double least_loop_share = 0.3;
constexpr std::uint64_t telling_runs = 1000;

double loop_share(const Histogram& histogram) {
  if (histogram.automatic_runs == 0) return 0;
  return static_cast<double>(histogram.runs_with_loops) /
         static_cast<double>(histogram.automatic_runs);
}

}  // namespace

void add(Histogram& histogram, const Comparison& comparison) {
  if (comparison.runs.empty()) return;
  for (std::size_t i = 0; i < histogram.features.size(); ++i)
    if (comparison.runs.front().features.has(static_cast<Feature>(i))) ++histogram.features[i];
  for (const Happened& run : comparison.runs) {
    Happened& all = histogram.happened;
    for (std::size_t trap = 0; trap < run.traps.size(); ++trap) all.traps[trap] += run.traps[trap];
    all.returned += run.returned;
    all.exceptions += run.exceptions;
    all.host_errors += run.host_errors;
    all.host_calls += run.host_calls;
    all.callbacks += run.callbacks;
    all.compiled += run.compiled;
    all.loops += run.loops;
    all.interpreted += run.interpreted;
    if (run.may_change_tiers) ++histogram.automatic_runs;
    if (run.may_change_tiers && run.loops > 0) ++histogram.runs_with_loops;
    if (run.is_from_image) ++histogram.image_runs;
    if (run.compiled > 0) ++histogram.compiled_runs;
    if (run.compiled > 0 && run.interpreted > 0) ++histogram.mixed_runs;
  }
}

void print(const Histogram& histogram) {
  const Happened& all = histogram.happened;
  fmt::print("instructions\n");
  for (std::size_t i = 0; i < wasm::op_count; ++i)
    if (histogram.ops[i] != 0)
      fmt::print("  {:>10} {}\n", histogram.ops[i], wasm::op_table[i].text());
  fmt::print("modules that use\n");
  for (std::size_t i = 0; i < histogram.features.size(); ++i)
    fmt::print("  {:>10} {}\n", histogram.features[i], name(static_cast<Feature>(i)));
  fmt::print(
      "calls that end with\n  {:>10} results\n  {:>10} exceptions\n  {:>10} errors of the host\n",
      all.returned, all.exceptions, all.host_errors);
  for (std::size_t i = 0; i < all.traps.size(); ++i)
    if (all.traps[i] != 0)
      fmt::print("  {:>10} {}\n", all.traps[i], text(static_cast<TrapCode>(i)));
  fmt::print(
      "tiers\n  {:>10} functions compiled\n  {:>10} loops compiled to be entered\n"
      "  {:>10} functions refused\n  {:>10} runs with compiled functions\n"
      "  {:>10} runs with compiled and refused functions\n"
      "  {:>10} runs from an image\n"
      "  {:>10} calls of the host\n  {:>10} calls back\n"
      "  {:>9.1f}% of {} runs that may change tiers enter compiled code in a loop\n",
      all.compiled, all.loops, all.interpreted, histogram.compiled_runs, histogram.mixed_runs,
      histogram.image_runs, all.host_calls, all.callbacks, 100 * loop_share(histogram),
      histogram.automatic_runs);
  fmt::print("{} bytes of modules\n", histogram.bytes);
}

bool enters_loops(const Histogram& histogram) {
  if (histogram.automatic_runs < telling_runs || loop_share(histogram) >= least_loop_share)
    return true;
  fmt::print("of {} runs that may change tiers only {:.1f} % do in a loop\n",
             histogram.automatic_runs, 100 * loop_share(histogram));
  return false;
}

bool is_complete(const Histogram& histogram) {
  bool complete = true;
  const auto need = [&](bool is_there, std::string_view what) {
    if (!is_there) fmt::print("missing: {}\n", what);
    complete = complete && is_there;
  };
  for (std::size_t i = 0; i < wasm::op_count; ++i)
    need(histogram.ops[i] != 0, wasm::op_table[i].text());
  for (const TrapCode trap : expected_traps)
    need(histogram.happened.traps[static_cast<std::size_t>(trap)] != 0, text(trap));
  need(histogram.happened.exceptions != 0, "exceptions");
  need(histogram.happened.host_errors != 0, "errors of the host");
  need(histogram.happened.callbacks != 0, "calls back");
  need(histogram.image_runs != 0, "runs from an image");
  for (std::size_t i = 0; i < histogram.features.size(); ++i)
    need(histogram.features[i] != 0, name(static_cast<Feature>(i)));
  need(histogram.mixed_runs != 0, "functions that stay interpreted beside compiled ones");
  need(loop_share(histogram) >= least_loop_share, "loops entered in compiled code");
  return complete;
}

}  // namespace wrun::inline v0::fuzz
