#pragma once

// Modules from files, and what is said of those that aren't any.

#include <cstdint>
#include <string>
#include <variant>

#include <wrun/module.hpp>

#include "tools/wrun/files.hpp"

namespace wrun::inline v0::tool {

/// Whether native code is taken for a module: it may do whatever the user may.
enum class Precompiled : std::uint8_t { refused, allowed };

/// Binary, text, or either of them gzipped; "-" is standard input.
std::variant<Module, Failure> load_module(const Engine& engine, const std::string& path,
                                          Precompiled precompiled = Precompiled::refused);

/// The same of contents that were read already.
std::variant<Module, Failure> load_module(const Engine& engine, const std::string& path,
                                          const Bytes& content);

}  // namespace wrun::inline v0::tool
