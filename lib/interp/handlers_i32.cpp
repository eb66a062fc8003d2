#include "lib/interp/handlers_numeric.hpp"

namespace wrun::inline v0::interp {

const NumericRows i32_rows = rows_of_group<'i'>;

}  // namespace wrun::inline v0::interp
