#include <wrun/wasi/streams.hpp>

#include <algorithm>
#include <cstring>

namespace wrun::inline v0::wasi {

namespace {

class AlwaysReady final : public Pollable {
 public:
  bool ready() override { return true; }
  Source source() override { return {.fd = -1, .events = 0, .at = Timestamp{0}}; }
};

class NullOutput final : public OutputStream {
 public:
  Outcome<std::size_t> write(std::span<const std::byte> bytes) override { return bytes.size(); }
  std::unique_ptr<Pollable> subscribe() override { return always_ready(); }
};

class CappedOutput final : public OutputStream {
 public:
  CappedOutput(std::shared_ptr<OutputStream> stream, std::uint64_t cap)
      : stream_(std::move(stream)), left_(cap) {}

  Outcome<std::size_t> write(std::span<const std::byte> bytes) override {
    const std::lock_guard lock(mutex_);
    if (left_ == 0 && !bytes.empty()) return Errno::nospc;
    const auto written = stream_->write(bytes.first(std::min<std::uint64_t>(bytes.size(), left_)));
    if (written) left_ -= *written;
    return written;
  }
  std::unique_ptr<Pollable> subscribe() override {
    const std::lock_guard lock(mutex_);
    return left_ == 0 ? always_ready() : stream_->subscribe();
  }
  bool is_terminal() const override { return stream_->is_terminal(); }

 private:
  std::mutex mutex_;
  std::shared_ptr<OutputStream> stream_;
  std::uint64_t left_;
};

std::string_view as_text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

std::unique_ptr<Pollable> always_ready() {
  return std::make_unique<AlwaysReady>();
}

std::shared_ptr<InputStream> empty_input() {
  return std::make_shared<StringInput>(std::string());
}
std::shared_ptr<OutputStream> null_output() {
  return std::make_shared<NullOutput>();
}

std::shared_ptr<OutputStream> capped_output(std::shared_ptr<OutputStream> stream,
                                            std::uint64_t cap) {
  return std::make_shared<CappedOutput>(std::move(stream), cap);
}

Outcome<std::size_t> CallbackInput::read(std::span<std::byte> bytes) {
  return source_(bytes);
}

std::unique_ptr<Pollable> CallbackInput::subscribe() {
  return always_ready();
}

Outcome<std::size_t> StringInput::read(std::span<std::byte> bytes) {
  const std::lock_guard lock(mutex_);
  const std::size_t count = std::min(bytes.size(), text_.size() - position_);
  if (count != 0) std::memcpy(bytes.data(), text_.data() + position_, count);
  position_ += count;
  return count;
}

std::unique_ptr<Pollable> StringInput::subscribe() {
  return always_ready();
}

Outcome<std::size_t> StringOutput::write(std::span<const std::byte> bytes) {
  const std::lock_guard lock(mutex_);
  const std::size_t count = std::min(bytes.size(), cap_ - text_.size());
  if (count == 0 && !bytes.empty()) return Errno::nospc;
  text_.append(as_text(bytes.first(count)));
  return count;
}

std::unique_ptr<Pollable> StringOutput::subscribe() {
  return always_ready();
}

std::string StringOutput::text() const {
  const std::lock_guard lock(mutex_);
  return text_;
}

std::string StringOutput::take() {
  const std::lock_guard lock(mutex_);
  return std::exchange(text_, std::string());
}

Outcome<std::size_t> RingOutput::write(std::span<const std::byte> bytes) {
  const std::lock_guard lock(mutex_);
  if (capacity_ == 0) return bytes.size();
  const auto last = bytes.last(std::min(bytes.size(), capacity_));
  for (const char c : as_text(last)) {
    if (bytes_.size() < capacity_) {
      bytes_.push_back(c);
    } else {
      bytes_[next_] = c;
      next_ = (next_ + 1) % capacity_;
    }
  }
  return bytes.size();
}

std::unique_ptr<Pollable> RingOutput::subscribe() {
  return always_ready();
}

std::string RingOutput::text() const {
  const std::lock_guard lock(mutex_);
  return bytes_.substr(next_) + bytes_.substr(0, next_);
}

Outcome<std::size_t> CallbackOutput::write(std::span<const std::byte> bytes) {
  return sink_(bytes);
}

std::unique_ptr<Pollable> CallbackOutput::subscribe() {
  return always_ready();
}

}  // namespace wrun::inline v0::wasi
