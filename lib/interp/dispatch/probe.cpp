// Run at configure time: whether dispatch by tail calls leaves the native stack alone under the
// flags of this build. Exits 0 if so.

#include <wrun_dispatch/dispatch.hpp>

#include <cstdint>

namespace wrun::inline v0::interp {

volatile std::uintptr_t first_frame = 0;
volatile std::uintptr_t last_frame = 0;

// No handler takes an exit here.
template <Exit exit>
void exit_handler(const Word*, Slot*, std::uint8_t*, std::uint64_t, Instance*, std::uint64_t, float,
                  double, Vector) {}

// As hot handlers are: it works on the registers, and branches.
struct Step {
  static void run(Regs& r) {
    r.i += r.mem_size;
    r.d += static_cast<double>(r.f);
    if (--r.mem_size == 0) r.pc += 2;
  }
};

// Takes the address of its frame, so it isn't one of those that have to have none.
struct Mark {
  static void run(Regs& r) {
    char here = 0;
    const auto address = reinterpret_cast<std::uintptr_t>(&here);
    if (first_frame == 0) first_frame = address;
    last_frame = address;
    r.pc += 1;
  }
};

}  // namespace wrun::inline v0::interp

int main() {
  namespace interp = wrun::interp;
  const interp::Handler handlers[] = {&interp::handler<interp::Mark>,
                                      &interp::handler<interp::Step>, nullptr,
                                      &interp::handler<interp::Mark>, &interp::stop_handler};
  interp::Word code[5];
  for (int i = 0; i < 5; ++i) code[i] = handlers[i] ? interp::word_of(handlers[i]) : 0;
  wrun::runtime::Instance instance(nullptr);
  instance.handlers = reinterpret_cast<std::uintptr_t>(&interp::far_handler);
  interp::dispatch(interp::Regs{code, nullptr, nullptr, 1000, &instance, 0, 0, 0, {}});
  const std::uintptr_t grown = interp::first_frame - interp::last_frame;
  return interp::last_frame != 0 && grown < 1000 ? 0 : 1;
}
