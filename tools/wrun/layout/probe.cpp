// Returns 0 if script.ld works: a global is initialised when it is asked for.

extern "C" {
using Initialiser = void (*)();
extern const Initialiser wrun_initialisers[];
extern const Initialiser wrun_initialisers_end[];
}

namespace {

int count = 0;

struct Global {
  Global() { ++count; }
};
const Global global;

}  // namespace

int main() {
  if (count != 0) return 1;
  for (const Initialiser* each = wrun_initialisers; each != wrun_initialisers_end; ++each)
    (*each)();
  return count == 1 ? 0 : 2;
}
