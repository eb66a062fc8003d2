// The differential test as a target of libFuzzer, which finds its own way through the decisions.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>

#include "tests/fuzz/byte_source.hpp"
#include "tests/fuzz/comparison.hpp"

/// The first bytes choose the flavours, the others make the module.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wrun::fuzz;
  constexpr unsigned choice_bytes = 2;
  ByteSource source({data, size});
  const std::uint64_t choice = source.word(choice_bytes);
  const std::span<const std::uint8_t> input(data, size);
  OpCounts counts{};
  const std::vector<Flavour> chosen = flavours(choice);
  const std::vector<std::uint8_t> module =
      generate_for(chosen, input.subspan(size < choice_bytes ? size : choice_bytes), counts);
  const std::string failure = compare(module, chosen).failure;
  if (failure.empty()) return 0;
  std::fputs(failure.c_str(), stderr);
  std::abort();
}
