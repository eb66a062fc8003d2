#include "lib/interp/bodies_sequence.hpp"

namespace wrun::inline v0::interp {

namespace {

using namespace body_keys;
using enum wasm::Op;

constexpr Handler list_vector[] = {
#define SEQUENCE(...) &handler<Sequence<__VA_ARGS__>>,
#include "lib/interp/sequences/vector.def"
#undef SEQUENCE
};

}  // namespace

constinit const std::span<const Handler> sequence_handlers_vector(list_vector);

}  // namespace wrun::inline v0::interp
