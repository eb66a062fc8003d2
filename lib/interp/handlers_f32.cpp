#include "lib/interp/handlers_numeric.hpp"

namespace wrun::inline v0::interp {

const NumericRows f32_rows = rows_of_group<'f'>;

}  // namespace wrun::inline v0::interp
