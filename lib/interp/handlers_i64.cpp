#include "lib/interp/handlers_numeric.hpp"

namespace wrun::inline v0::interp {

const NumericRows i64_rows = rows_of_group<'I'>;

}  // namespace wrun::inline v0::interp
