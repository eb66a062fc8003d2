// What the library must get along with in its host's process: process KIND [SHARED-OBJECT...] ends
// with 0 if it does, and says what went wrong otherwise.

#include <dlfcn.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <initializer_list>
#include <span>
#include <string_view>
#include <thread>
#include <vector>

#include <wrun.h>
#include <wrun/wrun.hpp>

// What debuggers are told of machine code, by gdb's names; none in a library without a compiler.
extern "C" {
struct jit_code_entry {
  jit_code_entry* next;
};
struct jit_descriptor {
  std::uint32_t version, action;
  jit_code_entry *relevant, *first;
};
extern __attribute__((weak)) jit_descriptor __jit_debug_descriptor;
}

namespace {

int fail(const char* what) {
  std::printf("%s\n", what);
  return 1;
}

/// Runs a module that computes, grows its memory and traps out of its bounds, many times over.
int run_wasm(int times, wrun::Tier tier = wrun::Tier::automatic) {
  wrun::Config config;
  config.tier = tier;
  wrun::Engine engine(config);
  wrun::Linker linker(engine);
  const auto module = wrun::Module::from_text(engine, R"((module
    (memory (export "memory") 1 20) (data (i32.const 8) "data")
    (func (export "run") (param i32) (result i32)
      (drop (memory.grow (i32.const 2)))
      (i32.add (i32.load8_u (i32.const 8)) (i32.load (local.get 0))))))");
  if (!module) return fail(module.error().message().c_str());
  const auto prepared = linker.prepare(*module).value();
  for (int i = 0; i < times; ++i) {
    wrun::Store store(engine);
    const auto instance = prepared.instantiate(store);
    if (!instance) return fail(instance.error().message().c_str());
    const auto run = instance->typed<int32_t(int32_t)>("run").value();
    if (run(16).value() != 'd') return fail("a wrong result");
    const auto trapped = run(-4);
    if (trapped || trapped.error().kind() != wrun::ErrorKind::trap) return fail("no trap");
  }
  return 0;
}

/// What is valid doesn't depend on what the system grants.
bool validates_without_guard_pages() {
  constexpr char valid[] = {0, 'a', 's', 'm', 1, 0, 0, 0};
  const wasm_byte_vec_t whole{sizeof valid, const_cast<char*>(valid)}, cut{4, whole.data};
  wrun_compiler_options_t options = WRUN_COMPILER_OPTIONS_INIT;
  options.guard_pages = true;
  wasm_config_t* const config = wasm_config_new();
  if (wrun_config_set_compiler(config, &options)) return false;
  wasm_engine_t* const engine = wasm_engine_new_with_config(config);
  wasm_store_t* const store = wasm_store_new(engine);
  const bool is_right = wasm_module_validate(store, &whole) && !wasm_module_validate(store, &cut);
  wasm_store_delete(store);
  wasm_engine_delete(engine);
  return is_right;
}

/// Where there are no guard pages: nothing that would do without them in machine code is loaded.
int insist_on_guard_pages() {
  wrun::Config config;
  config.memory_checks = wrun::MemoryChecks::guard_pages;
  const wrun::Engine engine(config);
  const wrun::EngineInfo info = engine.info();
  const auto module = wrun::Module::from_text(engine, "(module)");
  if (info.memory_checks != "explicit" || info.memory_checks_reason.empty())
    return fail("guard pages");
  if (info.tier == "interpreter") return module ? 0 : fail("the interpreter needs none");
  if (module || module.error().kind() != wrun::ErrorKind::limit)
    return fail("guard pages aren't insisted upon");
  const auto malformed = wrun::Module::from_bytes(engine, std::vector<std::uint8_t>{0, 1, 2, 3});
  if (malformed || malformed.error().kind() != wrun::ErrorKind::malformed)
    return fail("a malformed module has another error");
  if (!validates_without_guard_pages()) return fail("guard pages have a say in what is valid");
  return 0;
}

/// Little address space, as in a container that is held short.
int limited_address_space() {
  const rlimit limit{200u << 20, 200u << 20};
  if (setrlimit(RLIMIT_AS, &limit) != 0) return fail("setrlimit");
  if (run_wasm(100) != 0 || run_wasm(100, wrun::Tier::compiler) != 0) return 1;
  wrun::Engine engine;
  const wrun::EngineInfo info = engine.info();
  if (info.memory_checks != "explicit" || info.memory_checks_reason.empty())
    return fail("guard pages");
  if (insist_on_guard_pages() != 0) return 1;
  wrun::Store store(engine);
  const auto module = wrun::Module::from_text(engine, "(module (memory 5000))").value();
  const auto refused = wrun::Linker(engine).instantiate(store, module);
  if (refused || refused.error().kind() != wrun::ErrorKind::limit) return fail("no limit");
  return run_wasm(2);
}

void on_fault(int) {
  constexpr std::string_view text = "the host's handler ran\n";
  if (write(1, text.data(), text.size()) < 0) _exit(3);
  _exit(2);
}

/// A host's handlers of signals stay what they are, and see nothing of traps.
int fault_handlers() {
  for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP}) std::signal(signal, on_fault);
  if (run_wasm(20) != 0 || run_wasm(20, wrun::Tier::compiler) != 0) return 1;
  for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP}) {
    struct sigaction now {};
    if (sigaction(signal, nullptr, &now) != 0 || now.sa_handler != on_fault)
      return fail("a handler was replaced");
  }
  return 0;
}

/// A child of a process whose other threads are in the middle of anything.
int fork_with_threads() {
  std::atomic<bool> done{false};
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&] {
      while (!done) (void)run_wasm(1);
    });
  }
  int failed = 0;
  for (int i = 0; i < 20; ++i) {
    const pid_t child = fork();
    if (child == 0) {
      alarm(30);  // if a lock were held for good
      _exit(run_wasm(1));
    }
    int status = 1;
    if (waitpid(child, &status, 0) != child || status != 0) ++failed;
  }
  done = true;
  for (std::thread& thread : threads) thread.join();
  return failed ? fail("a child failed") : run_wasm(1);
}

/// From here on, for good. 77 if the system can't.
int confine(std::span<sock_filter> code) {
  const sock_fprog program{static_cast<unsigned short>(code.size()), code.data()};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return fail("prctl");
  if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0) return 0;
  std::printf("skipped: the system has no seccomp\n");
  return 77;
}

/// These calls of the system fail with EPERM from here on.
int forbid(std::initializer_list<unsigned> calls) {
  std::vector<sock_filter> code{BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr))};
  for (const unsigned call : calls) {
    code.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 1));
    code.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | 1));
  }
  code.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
  return confine(code);
}

/// No handler of a signal can be set.
int no_handlers() {
  if (const int refused = forbid({SYS_rt_sigaction})) return refused;
  if (run_wasm(20) != 0 || run_wasm(20, wrun::Tier::compiler) != 0) return 1;
  return insist_on_guard_pages();
}

/// What makes memory that can be executed, files in memory, handlers of signals or threads ends the
/// process from here on.
int end_if_anything_is_made() {
  constexpr auto nr = offsetof(seccomp_data, nr);
  constexpr auto third = offsetof(seccomp_data, args) + 2 * sizeof(std::uint64_t);
  sock_filter code[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, nr),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_memfd_create, 8, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_rt_sigaction, 7, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone, 6, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone3, 5, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mmap, 2, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mprotect, 1, 0),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, third),
      BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, PROT_EXEC, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  return confine(code);
}

/// Functions, and loops in them, whose code debuggers were told of.
int compiled_functions() {
  int count = 0;
  for (auto* each = __jit_debug_descriptor.first; each != nullptr; each = each->next) ++count;
  return count;
}

/// A loop that gets hot, and a trap, in an instance that was there before.
int run_prepared(wrun::Tier tier) {
  wrun::Config config;
  config.tier = tier;
  config.debugger = true;
  wrun::Engine engine(config);
  const bool compiles = engine.info().tier != "interpreter";
  wrun::Store store(engine);
  const auto module = wrun::Module::from_text(engine, R"((module
    (memory 1) (data (i32.const 8) "data")
    (func (export "sum") (param i32) (result i32) (local i32)
      (loop
        (local.set 1 (i32.add (local.get 1) (i32.load8_u (i32.const 8))))
        (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
      (local.get 1))
    (func (export "load") (param i32) (result i32) (i32.load (local.get 0)))))");
  if (!module) return fail(module.error().message().c_str());
  const auto instance = wrun::Linker(engine).instantiate(store, *module);
  if (!instance) return fail(instance.error().message().c_str());
  if (compiles && compiled_functions() != 0) return fail("something was compiled before");
  if (const int refused = end_if_anything_is_made()) return refused;
  const auto sum = instance->typed<int32_t(int32_t)>("sum").value();
  const auto load = instance->typed<int32_t(int32_t)>("load").value();
  for (int i = 0; i < 3; ++i)
    if (sum(1'000'000).value() != 1'000'000 * 'd') return fail("a wrong result");
  for (int i = 0; i < 5'000; ++i)
    if (load(i).value() < 0) return fail("a wrong value");
  const auto trapped = load(-4);
  if (trapped || trapped.error().kind() != wrun::ErrorKind::trap) return fail("no trap");
  if (compiles && compiled_functions() < 2) return fail("nothing was compiled");
  // Ends without giving back handlers of signals, which is a call that the filter forbids.
  std::fflush(stdout);
  _exit(0);
}

/// What compiling asks of the system is there before a function is hot, if a host wants that.
int prepared() {
  for (const wrun::Tier tier : {wrun::Tier::automatic, wrun::Tier::compiler}) {
    const pid_t child = fork();
    if (child == 0) _exit(run_prepared(tier));
    int status = 1;
    if (waitpid(child, &status, 0) != child) return fail("waitpid");
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77) return 77;
    if (status != 0) return fail("something was made after the filter");
  }
  return 0;
}

/// None of the calls that the library can do without: files in memory, threads, events.
int few_calls() {
  if (const int refused = forbid({SYS_memfd_create, SYS_clone, SYS_clone3, SYS_eventfd2,
                                  SYS_madvise, SYS_prlimit64, SYS_rt_sigaction}))
    return refused;
  if (run_wasm(20) != 0 || run_wasm(20, wrun::Tier::compiler) != 0) return 1;
  const wrun::EngineInfo info = wrun::Engine().info();
  if (info.tier != "interpreter" || info.tier_reason.empty()) return fail("it isn't said");
  wrun::Engine engine;
  wrun::Store store(engine);
  if (store.interrupt_fd() >= 0) return fail("an event that can't be");
  wrun::Limits limits;
  limits.deadline = std::chrono::steady_clock::now() + std::chrono::hours(1);
  const auto limited = store.limits(limits);
  if (limited || limited.error().kind() != wrun::ErrorKind::limit) return fail("a deadline");
  return 0;
}

/// No memory that can be executed is ever to be had, as under many sandboxes.
int no_executable_memory() {
  constexpr auto nr = offsetof(seccomp_data, nr);
  constexpr auto third = offsetof(seccomp_data, args) + 2 * sizeof(std::uint64_t);
  sock_filter code[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, nr),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mmap, 2, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mprotect, 1, 0),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, third),
      BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, PROT_EXEC, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  if (const int refused = confine(code)) return refused;
  if (mmap(nullptr, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED)
    return fail("the filter lets executable memory through");
  for (const wrun::Tier tier : {wrun::Tier::automatic, wrun::Tier::compiler}) {
    if (run_wasm(20, tier) != 0) return 1;
    wrun::Config config;
    config.tier = tier;
    const wrun::EngineInfo info = wrun::Engine(config).info();
    if (info.tier != "interpreter" || info.tier_reason.empty()) return fail("it isn't said");
  }
  wrun::Engine engine;
  wrun::Store store(engine);
  const auto function = wrun::Func::make(store, [](int32_t value) { return value + 1; }).value();
  // A callback's code is memory that can be executed: an error, or a system that has other ways.
  const auto callback = function.as_native<int(int)>();
  if (callback && callback->get()(1) != 2) return fail("a callback without code");
  return 0;
}

using Run = int (*)();

/// Loads each and runs it, all at once.
int load_all(const std::vector<const char*>& paths) {
  std::vector<void*> libraries;
  for (const char* path : paths) {
    void* library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!library) return fail(dlerror());
    libraries.push_back(library);
  }
  for (int round = 0; round < 3; ++round) {
    for (void* library : libraries) {
      const auto run = reinterpret_cast<Run>(dlsym(library, "run_wasm"));
      if (!run || run() != 42) return fail("a library didn't work");
    }
  }
  for (void* library : libraries) dlclose(library);
  return 0;
}

/// Whether nothing of a library that was closed is still there.
bool is_unloaded(const char* path) {
  void* const library = dlopen(path, RTLD_NOW | RTLD_NOLOAD);
  if (library) dlclose(library);
  return !library;
}

/// Loads and closes them so often.
bool repeat(int rounds, const std::vector<const char*>& paths) {
  for (int i = 0; i < rounds; ++i) {
    if (load_all(paths) != 0) return false;
    if (!std::all_of(paths.begin(), paths.end(), is_unloaded)) {
      fail("a library stays loaded");
      return false;
    }
  }
  return true;
}

/// One at a time as often as one likes. Of several, glibc doesn't always take back the room for
/// thread-local variables that handlers of signals may read, of which there isn't much.
int load_again_and_again(const std::vector<const char*>& paths) {
  for (const char* path : paths)
    if (!repeat(50, {path})) return 1;
  return repeat(3, paths) ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view kind = argc > 1 ? argv[1] : "";
  const std::vector<const char*> paths(argv + std::min(argc, 2), argv + argc);
  if (kind == "address-space") return limited_address_space();
  if (kind == "fault-handlers") return fault_handlers();
  if (kind == "fork") return fork_with_threads();
  if (kind == "seccomp") return no_executable_memory();
  if (kind == "no-handlers") return no_handlers();
  if (kind == "few-calls") return few_calls();
  if (kind == "prepared") return prepared();
  if (kind == "two") return load_all(paths) || run_wasm(1);
  if (kind == "reload") return load_again_and_again(paths);
  return fail("which kind?");
}
