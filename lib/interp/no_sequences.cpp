// Instead of sequences*.cpp, in a build for size: each instruction keeps its own handler.

#include "lib/interp/sequences.hpp"

namespace wrun::inline v0::interp {

constexpr SequenceKeys sequence_keys{};

void combine(std::span<Word>, std::span<Start>, std::uint8_t*) {}

}  // namespace wrun::inline v0::interp
