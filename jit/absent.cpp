// What stands for the compiler in builds without one.

#include "jit/jit.hpp"

namespace wrun::inline v0::jit {

std::shared_ptr<Compiler> Compiler::create(const EngineOptions&, std::string& reason) {
  reason = "this build has no compiler";
  return nullptr;
}

Census census(const runtime::ModuleCode&) {
  return {};
}

std::string print(const runtime::ModuleCode&, std::uint32_t, Form) {
  return {};
}

std::variant<Listing, std::string> list(const runtime::ModuleCode&, std::uint32_t) {
  return "this build has no compiler";
}

void write_image(const runtime::ModuleCode&, std::vector<std::uint8_t>&,
                 std::vector<std::uint8_t>&) {}

std::optional<ImageRefusal> read_image(const runtime::ModuleCode&, MachineImage) {
  return ImageRefusal{"this build has no compiler"};
}

std::vector<std::uint8_t> code_bytes(const runtime::ModuleCode&, std::uint32_t) {
  return {};
}

}  // namespace wrun::inline v0::jit
