#pragma once

// WASI: what a program compiled for wasm32-wasi finds, capability by capability. Say in a Config
// what the guest may use, add it to a Linker, instantiate.
//
//   auto out = std::make_shared<wrun::wasi::StringOutput>();
//   wrun::wasi::add_to(linker, wrun::wasi::Config{}.args({"prog"}).stdout_(out)).value();

#include <memory>

#include <wrun/export.hpp>
#include <wrun/result.hpp>
#include <wrun/wasi/config.hpp>
#include <wrun/wasi/context.hpp>
#include <wrun/wasi/threads.hpp>

namespace wrun {
inline namespace v0 {

class Linker;

namespace wasi {

/// Defines the functions of wasi_snapshot_preview1. All instances made through the linker share
/// the context. Its interrupt() is set when the store that makes a blocking call is interrupted.
WRUN_API Result<void> add_to(Linker& linker, std::shared_ptr<Context> context);
/// The same with a context made from the config.
WRUN_API Result<std::shared_ptr<Context>> add_to(Linker& linker, const Config& config);

}  // namespace wasi
}  // namespace v0
}  // namespace wrun
