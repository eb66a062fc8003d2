#pragma once

// The whole C++ API. Each header is its own documentation; a good order to read them in is
// engine, module, linker, store, instance, func, memory, limits.

#include <wrun/anyref.hpp>
#include <wrun/budget.hpp>
#include <wrun/caller.hpp>
#include <wrun/config.hpp>
#include <wrun/engine.hpp>
#include <wrun/error.hpp>
#include <wrun/exception.hpp>
#include <wrun/extern.hpp>
#include <wrun/externref.hpp>
#include <wrun/features.hpp>
#include <wrun/func.hpp>
#include <wrun/global.hpp>
#include <wrun/instance.hpp>
#include <wrun/intrusive.hpp>
#include <wrun/limits.hpp>
#include <wrun/linker.hpp>
#include <wrun/memory.hpp>
#include <wrun/module.hpp>
#include <wrun/native.hpp>
#include <wrun/pausable.hpp>
#include <wrun/pool.hpp>
#include <wrun/result.hpp>
#include <wrun/resumable.hpp>
#include <wrun/shared_memory.hpp>
#include <wrun/source.hpp>
#include <wrun/store.hpp>
#include <wrun/table.hpp>
#include <wrun/types.hpp>
#include <wrun/usage.hpp>
#include <wrun/value.hpp>
