#pragma once

// What the tests of jit/ share.

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "jit/options.hpp"
#include "lib/wasm/decoder.hpp"
#include "lib/wasm/walker.hpp"

namespace wrun::jit {

inline std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// A valid module, or null.
inline std::shared_ptr<wasm::ModuleData> load_module(std::vector<std::uint8_t> bytes) {
  wasm::DecodeOptions options;
  options.features = Features::all();
  auto module = wasm::decode(std::move(bytes), options, std::make_shared<wasm::TypeRegistry>());
  if (!module || !wasm::validate(**module, options)) return nullptr;
  return *module;
}

struct LoopFinder : wasm::NullClient<> {
  void loop(auto& w, Control&) { offsets.push_back(w.offset()); }
  std::vector<std::uint32_t> offsets;
};

/// Offsets of a function's reachable loops.
inline std::vector<std::uint32_t> loops_of(const wasm::ModuleData& module, wasm::FuncIdx function) {
  LoopFinder finder;
  wasm::FunctionWalker<LoopFinder, wasm::Trust::yes>(finder).function(module, function);
  return finder.offsets;
}

}  // namespace wrun::jit
