#pragma once

// From what a module is written in to a module.

#include <memory>
#include <string_view>

#include <wrun/module.hpp>

#include "lib/api/load.hpp"
#include "lib/wasm/module_data.hpp"

namespace wrun::inline v0::api {

struct EngineState;

/// What a module is made of, decoded and validated: the same whether there could be one or not.
Result<std::shared_ptr<wasm::ModuleData>> decode_valid(const std::shared_ptr<EngineState>& engine,
                                                       Bytes&& bytes);

/// Without the cache.
Result<Module> build_anew(const std::shared_ptr<EngineState>& engine, Bytes&& bytes);

/// With code from the cache, which the engine has, and which gets it if it hasn't.
Result<Module> build_cached(const std::shared_ptr<EngineState>& engine, Bytes&& bytes);

/// With code from the engine's cache, if it has one.
Result<Module> build_binary(const std::shared_ptr<EngineState>& engine, Bytes&& bytes);

/// An error's message shows the line. Without the text format (WRUN_TEXT) it is one of usage.
Result<Module> build_text(const std::shared_ptr<EngineState>& engine, std::string_view text);

}  // namespace wrun::inline v0::api
