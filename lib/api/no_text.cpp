// What modules in the text format are to a library that was built without it.

#include "lib/api/build.hpp"

namespace wrun::inline v0 {

Result<Module> api::build_text(const std::shared_ptr<EngineState>&, std::string_view) {
  return Error(ErrorKind::usage, "this library was built without the text format");
}

}  // namespace wrun::inline v0
