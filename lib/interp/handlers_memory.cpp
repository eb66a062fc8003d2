#include "lib/interp/handlers_memory.hpp"

namespace wrun::inline v0::interp {

namespace {
using Tables = MemoryTables<false>;
}

ResultHandlers load_handlers(Op op, Addr form) {
  return Tables::load(op, form);
}
Handler store_handler(Op op, Addr form, Src value) {
  return Tables::store(op, form, value);
}
Handler load_any_handler(Op op, bool is_64, Dst dst) {
  return Tables::load_any(op, is_64, dst);
}
Handler store_any_handler(Op op, bool is_64) {
  return Tables::store_any(op, is_64);
}

}  // namespace wrun::inline v0::interp
