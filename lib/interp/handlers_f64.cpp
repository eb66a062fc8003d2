#include "lib/interp/handlers_numeric.hpp"

namespace wrun::inline v0::interp {

const NumericRows f64_rows = rows_of_group<'F'>;

}  // namespace wrun::inline v0::interp
