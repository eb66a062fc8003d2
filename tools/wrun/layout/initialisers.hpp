#pragma once

namespace wrun::inline v0::tool {

/// Initialises the globals of the command's own files, if that wasn't done when the process
/// started: those of the parser of command lines and of the streams that it prints to, which a
/// plain run does without. Once only, and before they are used.
void initialise_globals();

}  // namespace wrun::inline v0::tool
