#pragma once

// wasi::add_to() for whoever knows which functions will be imported: to define all of them would be
// a tenth of what the command does for a program that says hello.

#include <memory>
#include <span>
#include <string_view>

#include <wrun/wasi/wasi.hpp>

namespace wrun::inline v0::wasi::preview1 {

/// Defines the functions of WASI that have one of the names, and no others. Names of no function
/// are left out. Errors: those of add_to().
Result<std::shared_ptr<Context>> add_named_to(Linker& linker, const Config& config,
                                              std::span<const std::string_view> names);

}  // namespace wrun::inline v0::wasi::preview1
