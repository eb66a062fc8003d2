#include "lib/interp/handlers_moves.hpp"

#include "lib/interp/bodies_calls.hpp"
#include "lib/interp/bodies_control.hpp"
#include "lib/interp/bodies_moves.hpp"

namespace wrun::inline v0::interp {

namespace {

/// The T-variant of a body template that differs by the type of the accumulator it uses.
template <template <class> class Body>
Handler by_type(wasm::Kind type) {
  switch (type) {
    case wasm::Kind::i32:
      return &handler<Body<std::uint32_t>>;
    case wasm::Kind::f32:
      return &handler<Body<float>>;
    case wasm::Kind::f64:
      return &handler<Body<double>>;
    case wasm::Kind::v128:
      return &handler<Body<Vector>>;
    default:
      return &handler<Body<std::uint64_t>>;
  }
}

template <Src condition, Dst dst>
struct SelectOf {
  template <class T>
  using Body = Select<T, condition, dst>;
};
template <Dst dst>
struct GlobalGetOf {
  template <class T>
  using Body = GlobalGet<T, dst>;
};
template <Src src>
struct GlobalSetOf {
  template <class T>
  using Body = GlobalSet<T, src>;
};
template <Src src>
struct ReturnValueOf {
  template <class T>
  using Body = ReturnValue<T, src>;
};

template <class T>
constexpr std::array<Handler, 8> test_branches_of = {
    &handler<TestBranch<T, Src::acc, false, false>>,
    &handler<TestBranch<T, Src::acc, false, true>>,
    &handler<TestBranch<T, Src::acc, true, false>>,
    &handler<TestBranch<T, Src::acc, true, true>>,
    &handler<TestBranch<T, Src::slot, false, false>>,
    &handler<TestBranch<T, Src::slot, false, true>>,
    &handler<TestBranch<T, Src::slot, true, false>>,
    &handler<TestBranch<T, Src::slot, true, true>>};
}  // namespace

constexpr std::array<std::array<Handler, 8>, 2> test_branches = {test_branches_of<std::uint32_t>,
                                                                 test_branches_of<std::uint64_t>};

Handler acc_const_handler(wasm::Kind type) {
  return by_type<AccConst>(type);
}

Handler store_acc_handler(wasm::Kind type) {
  return by_type<StoreAcc>(type);
}

Handler select_handler(wasm::Kind type, Src condition, Dst dst) {
  if (condition == Src::acc) {
    return dst == Dst::acc ? by_type<SelectOf<Src::acc, Dst::acc>::Body>(type)
                           : by_type<SelectOf<Src::acc, Dst::store>::Body>(type);
  }
  return dst == Dst::acc ? by_type<SelectOf<Src::slot, Dst::acc>::Body>(type)
                         : by_type<SelectOf<Src::slot, Dst::store>::Body>(type);
}

Handler global_get_handler(wasm::Kind type, Dst dst) {
  return dst == Dst::acc ? by_type<GlobalGetOf<Dst::acc>::Body>(type)
                         : by_type<GlobalGetOf<Dst::store>::Body>(type);
}

Handler global_set_handler(wasm::Kind type, Src src) {
  switch (src) {
    case Src::acc:
      return by_type<GlobalSetOf<Src::acc>::Body>(type);
    case Src::imm:
      return by_type<GlobalSetOf<Src::imm>::Body>(type);
    default:
      return by_type<GlobalSetOf<Src::slot>::Body>(type);
  }
}

Handler branch_handler(bool poll) {
  return poll ? &handler<Branch<true>> : &handler<Branch<false>>;
}

Handler branch_table_handler(Src index, bool poll) {
  if (index == Src::acc)
    return poll ? &handler<BranchTable<Src::acc, true>> : &handler<BranchTable<Src::acc, false>>;
  return poll ? &handler<BranchTable<Src::slot, true>> : &handler<BranchTable<Src::slot, false>>;
}

Handler return_handler() {
  return &handler<Return>;
}

Handler return_value_handler(wasm::Kind type, Src src) {
  switch (src) {
    case Src::acc:
      return by_type<ReturnValueOf<Src::acc>::Body>(type);
    case Src::imm:
      return by_type<ReturnValueOf<Src::imm>::Body>(type);
    default:
      return by_type<ReturnValueOf<Src::slot>::Body>(type);
  }
}

}  // namespace wrun::inline v0::interp
