#pragma once

// The handlers of structures and arrays, and those that tell references apart.

#include <wrun_dispatch/dispatch.hpp>

#include "lib/interp/bodies_cast.hpp"
#include "lib/interp/operands.hpp"
#include "lib/wasm/opcode.hpp"

namespace wrun::inline v0::interp {

/// How a field or element is read, or written.
struct StorageForm {
  wasm::Kind kind;  ///< of its storage type
  bool is_signed;   ///< for those of 8 and 16 bits
};

Handler struct_get_handler(StorageForm form, Src object, Dst dst);
/// Not both from the accumulator.
Handler struct_set_handler(StorageForm form, Src object, Src value);
Handler array_get_handler(StorageForm form, Pair pair, Dst dst);
Handler array_set_handler(StorageForm form, Src value);
Handler array_len_handler(Src array, Dst dst);
/// Those of fields and elements of type v128.
Handler vector_access_handler(wasm::Op op);
/// Those that allocate.
Handler new_handler(wasm::Op op, bool fuel);
/// array.fill, array.copy, array.init_data and array.init_elem
Handler array_bulk_handler(wasm::Op op, bool fuel);

Handler ref_test_handler(Cast cast, Src reference, Dst dst);
Handler ref_cast_handler(Cast cast, Src reference);
Handler ref_as_non_null_handler(Src reference);
/// ref.i31, i31.get_s and i31.get_u
Handler i31_handler(wasm::Op op, Src src, Dst dst);

}  // namespace wrun::inline v0::interp
