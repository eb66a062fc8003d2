#include <wrun/wasi/random.hpp>

#include <sys/random.h>

#include <cerrno>
#include <mutex>

namespace wrun::inline v0::wasi {

namespace {

class SystemRandom final : public Random {
 public:
  Outcome<void> fill(std::span<std::byte> bytes) override {
    while (!bytes.empty()) {
      const ssize_t got = ::getrandom(bytes.data(), bytes.size(), 0);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return from_host_errno(errno);
      bytes = bytes.subspan(static_cast<std::size_t>(got));
    }
    return {};
  }
};

/// SplitMix64, byte by byte from the low end of each number.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : state_(seed) {}

  Outcome<void> fill(std::span<std::byte> bytes) override {
    const std::lock_guard lock(mutex_);
    for (std::byte& byte : bytes) {
      if (left_ == 0) {
        number_ = next();
        left_ = 8;
      }
      byte = static_cast<std::byte>(number_ & 0xff);
      number_ >>= 8;
      --left_;
    }
    return {};
  }

 private:
  std::uint64_t next() {
    state_ += 0x9e3779b97f4a7c15;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }

  std::mutex mutex_;
  std::uint64_t state_;
  std::uint64_t number_ = 0;
  int left_ = 0;
};

}  // namespace

std::shared_ptr<Random> system_random() {
  return std::make_shared<SystemRandom>();
}
std::shared_ptr<Random> seeded_random(std::uint64_t seed) {
  return std::make_shared<SeededRandom>(seed);
}

}  // namespace wrun::inline v0::wasi
