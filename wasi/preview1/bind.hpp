#pragma once

// wasi::add_to() for whoever knows what will be imported: a program that says hello takes as long
// to start as to define all of these functions.

#include <memory>
#include <span>
#include <string_view>

#include <wrun/wasi/wasi.hpp>

namespace wrun::inline v0::wasi::preview1 {

/// add_to(), with those functions only that are called so.
Result<std::shared_ptr<Context>> add_named_to(Linker& linker, const Config& config,
                                              std::span<const std::string_view> names);

}  // namespace wrun::inline v0::wasi::preview1
