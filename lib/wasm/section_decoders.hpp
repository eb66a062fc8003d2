#pragma once

// One function per section of the binary format: each reads the section's contents into the
// module. Internal to the decoder. https://webassembly.github.io/spec/core/binary/modules.html

#include "lib/wasm/decoding.hpp"

namespace wrun::inline v0::wasm {

void decode_types(Decoding& to, ModuleReader& in);
void decode_imports(Decoding& to, ModuleReader& in);
void decode_functions(Decoding& to, ModuleReader& in);
void decode_tables(Decoding& to, ModuleReader& in);
void decode_memories(Decoding& to, ModuleReader& in);
void decode_tags(Decoding& to, ModuleReader& in);
void decode_globals(Decoding& to, ModuleReader& in);
void decode_exports(Decoding& to, ModuleReader& in);
void decode_start(Decoding& to, ModuleReader& in);
void decode_elements(Decoding& to, ModuleReader& in);
void decode_data_count(Decoding& to, ModuleReader& in);
void decode_code(Decoding& to, ModuleReader& in);
void decode_data(Decoding& to, ModuleReader& in);

/// The contents of a name section, as far as they are well-formed.
Names decode_names(const ModuleData& module, ByteRange contents);
/// The same of a metadata.code.branch_hint section.
BranchHints decode_branch_hints(const ModuleData& module, ByteRange contents);

}  // namespace wrun::inline v0::wasm
