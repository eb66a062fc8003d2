#pragma once

// What the bytes of a module are: its sections, and the functions of its code.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <wrun/module.hpp>

namespace wrun::inline v0::tool {

struct ModulePart {
  std::string name;  ///< as people may see it, see readable()
  std::uint64_t bytes = 0;
  std::vector<ModulePart> parts = {};  ///< all of its bytes, or none
};

/// The module with its header and sections, and the code section with its functions. Sections and
/// functions are counted with what says how long they are, so that the parts of each are all of it.
ModulePart parts_of(const Module& module);

/// The parts from the largest to the smallest; those of less than `least` bytes, and those after
/// the first `most`, are one part, named by their number and `noun`, unless it is only one.
std::vector<ModulePart> largest_parts(std::vector<ModulePart> parts, double least, std::size_t most,
                                      std::string_view noun);

}  // namespace wrun::inline v0::tool
