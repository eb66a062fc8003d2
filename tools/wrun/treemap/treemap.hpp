#pragma once

// A module's sections and functions as a page: a treemap, and tables of the largest.

#include <string>

#include <wrun/module.hpp>

namespace wrun::inline v0::tool {

/// The document; `file` is what the module is called.
std::string treemap_page(const std::string& file, const Module& module);

}  // namespace wrun::inline v0::tool
