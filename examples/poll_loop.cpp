// A guest that reads from pipes, in a host with a poll(2) loop: reading where there is nothing yet
// sets the guest's call aside, and the loop goes on with it when there is.

#include <poll.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <thread>
#include <utility>
#include <vector>

#include <wrun/wrun.hpp>

namespace {

constexpr const char* text = R"((module
  (import "host" "read" (func $read (param i32) (result i32)))
  (func (export "sum") (param $fd i32) (result i32) (local $byte i32) (local $sum i32)
    (loop $more
      (local.set $byte (call $read (local.get $fd)))
      (if (i32.ge_s (local.get $byte) (i32.const 0)) (then
        (local.set $sum (i32.add (local.get $sum) (local.get $byte)))
        (br $more))))
    (local.get $sum))))";

/// A byte; -1 at the end; nothing if there is none yet.
wrun::Pausable<int32_t> read_byte(int32_t fd) {
  pollfd wanted{fd, POLLIN, 0};
  if (poll(&wanted, 1, 0) == 0) return wrun::pending;
  unsigned char byte = 0;
  return read(fd, &byte, 1) == 1 ? int32_t{byte} : int32_t{-1};
}

struct Reader {
  int fd;
  wrun::Resumable<int32_t> call;
};

/// Until all calls have ended: sleeps until a pipe has something, and goes on with its reader.
void loop(std::vector<Reader>& readers) {
  for (;;) {
    std::vector<pollfd> wanted;
    for (const Reader& each : readers)
      wanted.push_back({each.call.is_paused() ? each.fd : -1, POLLIN, 0});
    bool any = false;
    for (const Reader& each : readers) any |= each.call.is_paused();
    if (!any) return;
    poll(wanted.data(), wanted.size(), -1);
    for (std::size_t i = 0; i < readers.size(); ++i) {
      if (wanted[i].revents == 0) continue;
      const auto byte = read_byte(readers[i].fd);
      if (!byte.is_pending()) readers[i].call.resume(*byte).value();
    }
  }
}

}  // namespace

int main() {
  wrun::Engine engine;
  wrun::Store store(engine);
  wrun::Linker linker(engine);
  linker.func("host", "read", read_byte);
  const auto module = wrun::Module::from_text(engine, text).value();
  const auto instance = linker.instantiate(store, module).value();
  const auto sum = instance.typed<int32_t(int32_t)>("sum").value();

  std::vector<Reader> readers;
  std::vector<std::thread> writers;
  for (int i = 1; i <= 3; ++i) {
    std::array<int, 2> ends{};
    if (pipe(ends.data()) != 0) return 1;
    readers.push_back({ends[0], sum.start(ends[0]).value()});
    writers.emplace_back([to = ends[1], i] {
      for (int n = 0; n < 10; ++n) {
        const auto byte = static_cast<unsigned char>(n * i);
        std::this_thread::sleep_for(std::chrono::milliseconds(i));
        if (write(to, &byte, 1) != 1) break;
      }
      close(to);
    });
  }
  loop(readers);
  for (std::thread& writer : writers) writer.join();
  for (Reader& each : readers) std::printf("%d\n", each.call.result().value());
  return 0;
}
