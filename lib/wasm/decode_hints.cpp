// Branch hints. Nothing in their section makes a module malformed: what is ill-formed, or about
// what the module doesn't have, is left out.
// https://github.com/WebAssembly/branch-hinting/blob/main/proposals/branch-hinting/Overview.md

#include "lib/wasm/section_decoders.hpp"

namespace wrun::inline v0::wasm {
namespace {

/// The hints of one function: places from its body's start on, ascending, each with a byte.
std::vector<BranchHint> hints_of(ModuleReader& in, ByteRange body) {
  std::vector<BranchHint> hints;
  for (std::uint32_t left = in.u32(); left != 0 && in.ok(); --left) {
    const std::uint32_t place = in.u32();
    const std::uint32_t size = in.u32();
    const std::uint32_t value = size == 1 ? in.u8() : (in.bytes(size), 2);
    const bool ascends = hints.empty() || hints.back().offset < body.offset + place;
    if (in.ok() && value <= 1 && place < body.size && ascends)
      hints.push_back({body.offset + place, value == 1});
  }
  return hints;
}

}  // namespace

BranchHints decode_branch_hints(const ModuleData& module, ByteRange contents) {
  BranchHints all;
  Errors errors;
  ModuleReader in(module.bytes, contents.offset, contents.offset + contents.size, &errors);
  for (std::uint32_t left = in.u32(); left != 0 && in.ok(); --left) {
    const std::uint32_t index = in.u32();
    const bool is_here = index >= module.imported_functions && index < module.functions.size();
    auto hints = hints_of(in, is_here ? module.functions[index].body : ByteRange());
    if (is_here && !hints.empty()) all.try_emplace(index, std::move(hints));
  }
  return all;
}

}  // namespace wrun::inline v0::wasm
