// co_await inside a call into WebAssembly: the guest calls an ordinary import, the host's function
// says `pending`, and a coroutine of the host's goes on with the result when there is one. Here
// three guests wait for timers, on one thread.

#include <coroutine>
#include <cstdio>
#include <exception>
#include <map>
#include <utility>
#include <vector>

#include <wrun/wrun.hpp>

namespace {

constexpr const char* text = R"((module
  (import "host" "sleep" (func $sleep (param i32) (result i32)))
  (func (export "run") (param $ticks i32) (param $times i32) (result i32) (local $sum i32)
    (loop $again
      (local.set $sum (i32.add (local.get $sum) (call $sleep (local.get $ticks))))
      (br_if $again (local.tee $times (i32.sub (local.get $times) (i32.const 1)))))
    (local.get $sum))))";

/// Time that passes when everybody sleeps: an event loop in a few lines.
class Clock {
 public:
  /// What a coroutine awaits: the time that was asked for last.
  auto asked() {
    struct Awaiter {
      Clock& clock;
      bool await_ready() const { return false; }
      void await_suspend(std::coroutine_handle<> waiter) {
        clock.waiters_.emplace(clock.now_ + clock.asked_, waiter);
      }
      int32_t await_resume() const { return clock.now_; }
    };
    return Awaiter{*this};
  }
  void ask(int32_t ticks) { asked_ = ticks; }
  void run() {
    while (!waiters_.empty()) {
      const auto next = waiters_.extract(waiters_.begin());
      now_ = next.key();
      next.mapped().resume();
    }
  }

 private:
  int32_t now_ = 0;
  int32_t asked_ = 0;
  std::multimap<int32_t, std::coroutine_handle<>> waiters_;
};

/// A coroutine that runs to its end by itself.
struct Task {
  struct promise_type {
    Task get_return_object() { return {}; }
    std::suspend_never initial_suspend() { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }
  };
};

/// The adapter: as long as the call is paused, waits for what the host function asked for.
template <class R, class... A>
Task call(Clock& clock, const char* name, wrun::TypedFunc<R(A...)> function, A... args) {
  auto started = function.start(args...);
  if (!started) co_return (void) std::printf("%s: %s\n", name, started.error().message().c_str());
  while (started->is_paused()) {
    const int32_t now = co_await clock.asked();
    std::printf("%s at %d\n", name, now);
    if (auto resumed = started->resume(now); !resumed)
      co_return (void) std::printf("%s: %s\n", name, resumed.error().message().c_str());
  }
  std::printf("%s gave %d\n", name, started->result().value());
}

}  // namespace

int main() {
  wrun::Engine engine;
  wrun::Store store(engine);
  wrun::Linker linker(engine);
  Clock clock;
  linker.func("host", "sleep", [&](int32_t ticks) -> wrun::Pausable<int32_t> {
    clock.ask(ticks);
    return wrun::pending;
  });
  const auto module = wrun::Module::from_text(engine, text).value();
  const auto instance = linker.instantiate(store, module).value();
  const auto run = instance.typed<int32_t(int32_t, int32_t)>("run").value();

  call(clock, "a", run, 10, 2);
  call(clock, "b", run, 7, 3);
  call(clock, "c", run, 100, 1);
  clock.run();
  return 0;
}
