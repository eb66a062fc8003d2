// Guests on an asio event loop: a call into WebAssembly is set aside while the timer runs that the
// guest's import asked for. Two threads run the loop; each call goes on on whichever is free.

#include <asio.hpp>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <memory>
#include <thread>
#include <vector>

#include <wrun/wrun.hpp>

namespace {

constexpr const char* text = R"((module
  (import "host" "sleep" (func $sleep (param i32)))
  (func (export "work") (param $times i32) (result i32) (local $n i32)
    (loop $again
      (call $sleep (i32.const 2))
      (br_if $again (i32.lt_s (local.tee $n (i32.add (local.get $n) (i32.const 1)))
                              (local.get $times))))
    (local.get $n))))";

/// A tenant: a store of its own, and what its host function asked for last.
struct Tenant {
  wrun::Store store;
  wrun::Instance instance;
  std::chrono::milliseconds asked{};

  Tenant(const wrun::Engine& engine, const wrun::Module& module) : store(engine) {
    wrun::Linker linker(engine);
    linker.func("host", "sleep", [this](int32_t time) -> wrun::Pausable<void> {
      asked = std::chrono::milliseconds(time);
      return wrun::pending;
    });
    instance = linker.instantiate(store, module).value();
  }
};

/// Goes on with the tenant's call each time that the timer that it waits for strikes.
class Work : public std::enable_shared_from_this<Work> {
 public:
  Work(asio::io_context& loop, Tenant& tenant, int32_t times, std::atomic<int32_t>& sum)
      : timer_(asio::make_strand(loop)),
        tenant_(tenant),
        call_(tenant.instance.typed<int32_t(int32_t)>("work").value().start(times).value()),
        sum_(sum) {}

  void run() {
    if (call_.is_finished()) {
      sum_ += call_.result().value();
      return;
    }
    timer_.expires_after(tenant_.asked);
    timer_.async_wait([self = shared_from_this()](const asio::error_code& stopped) {
      if (stopped) return;
      self->call_.resume().value();
      self->run();
    });
  }

 private:
  asio::steady_timer timer_;
  Tenant& tenant_;
  wrun::Resumable<int32_t> call_;
  std::atomic<int32_t>& sum_;
};

}  // namespace

int main() {
  wrun::Engine engine;
  const auto module = wrun::Module::from_text(engine, text).value();
  asio::io_context loop;
  std::vector<std::unique_ptr<Tenant>> tenants;
  std::atomic<int32_t> sum{0};
  for (int32_t i = 1; i <= 10; ++i) {
    tenants.push_back(std::make_unique<Tenant>(engine, module));
    std::make_shared<Work>(loop, *tenants.back(), i, sum)->run();
  }
  std::thread second([&] { loop.run(); });
  loop.run();
  second.join();
  std::printf("%d\n", sum.load());
  return 0;
}
