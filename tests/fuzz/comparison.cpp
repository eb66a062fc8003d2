#include "tests/fuzz/comparison.hpp"

#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>

#include "tests/fuzz/byte_source.hpp"
#include "tests/fuzz/generator.hpp"

namespace wrun::inline v0::fuzz {

std::vector<Flavour> flavours(std::uint64_t choice) {
  constexpr std::uint64_t plenty = 1'000'000'000;
  constexpr std::uint64_t scarce = 4000;
  constexpr std::uint64_t little_heap = 20'000;
  constexpr std::uint32_t thresholds[] = {1, 3, 5, 9, 30, 100};
  std::uint64_t state = choice ^ 0x6a09e667f3bcc908u;
  Flavour flavour;
  flavour.fuel = next_random(state) % 2 == 0;
  if (flavour.fuel)
    flavour.fuel_amount = next_random(state) % 3 == 0 ? next_random(state) % scarce : plenty;
  flavour.interruptible = next_random(state) % 3 != 0;
  flavour.collect = next_random(state) % 6 == 0 ? 1 : 0;
  flavour.canonical_nans = choice % 3 == 0;
  std::vector<Flavour> all(6, flavour);
  all[1].tier = Tier::compiler;
  all[2].tier = Tier::automatic;
  all[3].tier = Tier::automatic;
  all[3].hot_after = thresholds[next_random(state) % std::size(thresholds)];
  all[3].memory_checks = all[4].memory_checks = MemoryChecks::explicit_checks;
  all[4].tier = all[5].tier = Tier::compiler;
  all[5].from_image = true;
  if (next_random(state) % 2 == 0) all[5].memory_checks = MemoryChecks::explicit_checks;
  const bool is_deterministic = choice % 4 == 1;
  const std::uint64_t heap_bytes =
      is_deterministic && next_random(state) % 2 == 0 ? next_random(state) % little_heap : 0;
  const auto relaxed_simd =
      next_random(state) % 2 == 0 ? RelaxedSimd::fused : RelaxedSimd::deterministic;
  std::uint64_t tried = next_random(state);
  for (Flavour& each : all) {
    each.tries_upper_halves = (tried & 1) != 0;
    tried >>= 1;
    each.relaxed_simd = relaxed_simd;
    each.deterministic = is_deterministic;
    each.heap_bytes = heap_bytes;
  }
  return all;
}

std::vector<Flavour> flavours_for(std::span<const std::uint8_t> module, std::uint64_t choice) {
  std::vector<Flavour> all = flavours(choice);
  if (needs_canonical_nans(module))
    for (Flavour& each : all) each.canonical_nans = true;
  return all;
}

std::vector<std::uint8_t> generate_for(const std::vector<Flavour>& flavours,
                                       std::span<const std::uint8_t> bytes, OpCounts& counts) {
  return generate(bytes, flavours.front().canonical_nans, counts);
}

Comparison compare(std::span<const std::uint8_t> module, const std::vector<Flavour>& flavours) {
  Comparison comparison;
  const Observation expected = run_module(module, flavours.front());
  comparison.runs.push_back(expected.happened);
  if (!expected.is_valid) {
    comparison.failure = "  not a module that runs: " + expected.lines.back() + "\n";
    return comparison;
  }
  for (std::size_t i = 1; i < flavours.size(); ++i) {
    const Observation actual = run_module(module, flavours[i]);
    comparison.runs.push_back(actual.happened);
    comparison.failure = difference(expected, actual);
    if (comparison.failure.empty()) continue;
    comparison.failure = " " + flavours[i].name() + "\n" + comparison.failure;
    break;
  }
  return comparison;
}

void limit_time() {
  constexpr unsigned working = 20;
  constexpr unsigned waiting = 300;
  const itimerval timer{{0, 0}, {working, 0}};
  setitimer(ITIMER_PROF, &timer, nullptr);
  alarm(waiting);
}

Verdict judge(std::span<const std::uint8_t> module, const std::vector<Flavour>& flavours,
              bool prints) {
  const pid_t child = fork();
  if (child == 0) {
    limit_time();
    const std::string failure = compare(module, flavours).failure;
    if (prints) std::fputs(failure.c_str(), stderr);
    _exit(failure.empty() ? 0 : 1);
  }
  int status = 0;
  if (child < 0 || waitpid(child, &status, 0) != child) return Verdict::agrees;
  if (!WIFEXITED(status)) return Verdict::crashes;
  return WEXITSTATUS(status) == 0 ? Verdict::agrees : Verdict::differs;
}

std::vector<std::uint8_t> reduce(std::vector<std::uint8_t> bytes,
                                 const std::vector<Flavour>& flavours) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  const auto generated = [&](const std::vector<std::uint8_t>& from) {
    OpCounts counts{};
    return generate_for(flavours, from, counts);
  };
  const Verdict wanted = judge(generated(bytes), flavours);
  if (wanted == Verdict::agrees) return bytes;
  std::size_t module_size = generated(bytes).size();
  const auto accept = [&](std::vector<std::uint8_t> shorter) {
    const std::vector<std::uint8_t> module = generated(shorter);
    if (module.size() > module_size || judge(module, flavours) != wanted) return false;
    bytes = std::move(shorter);
    module_size = module.size();
    return true;
  };
  for (std::size_t chunk = bytes.size() / 2; chunk > 0; chunk /= 2) {
    for (std::size_t at = 0; at < bytes.size();) {
      if (std::chrono::steady_clock::now() > end) return bytes;
      std::vector<std::uint8_t> shorter = bytes;
      const auto first = shorter.begin() + static_cast<std::ptrdiff_t>(at);
      shorter.erase(first, first + static_cast<std::ptrdiff_t>(std::min(chunk, bytes.size() - at)));
      if (accept(std::move(shorter))) continue;
      std::vector<std::uint8_t> plainer = bytes;
      const auto last = std::min(at + chunk, bytes.size());
      std::fill(plainer.begin() + static_cast<std::ptrdiff_t>(at),
                plainer.begin() + static_cast<std::ptrdiff_t>(last), std::uint8_t{0});
      if (plainer != bytes) accept(std::move(plainer));
      at += chunk;
    }
  }
  return bytes;
}

}  // namespace wrun::inline v0::fuzz
