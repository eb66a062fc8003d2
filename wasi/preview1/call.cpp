#include "wasi/preview1/call.hpp"

#include <sched.h>

#include <algorithm>

#include "lib/wasm/compose.hpp"

namespace wrun::inline v0::wasi::preview1 {

namespace {

/// https://www.unicode.org/versions/latest/core-spec/chapter-3/#G7404 table 3-7.
bool is_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = [&](std::size_t at) {
      return at < text.size() ? static_cast<unsigned char>(text[at]) : 0;
    };
    const auto follows = [&](std::size_t at) { return (byte(at) & 0xc0) == 0x80; };
    const unsigned lead = byte(i);
    const unsigned second = byte(i + 1);
    std::size_t length = 1;
    if (lead >= 0xf0 && lead <= 0xf4) {
      length = 4;
      if ((lead == 0xf0 && second < 0x90) || (lead == 0xf4 && second > 0x8f)) return false;
    } else if (lead >= 0xe0 && lead <= 0xef) {
      length = 3;
      if ((lead == 0xe0 && second < 0xa0) || (lead == 0xed && second > 0x9f)) return false;
    } else if (lead >= 0xc2 && lead <= 0xdf) {
      length = 2;
    } else if (lead >= 0x80) {
      return false;
    }
    for (std::size_t k = 1; k < length; ++k) {
      if (!follows(i + k)) return false;
    }
    i += length;
  }
  return true;
}

}  // namespace

Outcome<std::shared_ptr<Descriptor>> Call::descriptor(Fd fd, Rights rights) const {
  std::shared_ptr<Descriptor> found = context_.find(fd);
  if (!found || found->is_placeholder()) return Errno::badf;
  if ((found->base & rights) != rights) return Errno::notcapable;
  return found;
}

Outcome<std::string> Call::path(Address address, Size length) const {
  if (length > path_limit) {
    return memory_.contains(address, length) ? Errno::nametoolong : Errno::fault;
  }
  Outcome<std::string> text = memory_.text(address, length);
  if (!text) return text;
  if (!is_utf8(*text)) return Errno::ilseq;
  if (text->find('\0') != std::string::npos) return Errno::inval;
  return text;
}

Outcome<Call::Buffers> Call::buffers(Address iovs, Size count) const {
  if (count > iovec_limit) return Errno::inval;
  Buffers result;
  result.reserve(count);
  u64 total = 0;
  for (Size i = 0; i < count; ++i) {
    const auto iovec = memory_.load<iovec_size>(u64{iovs} + u64{i} * iovec_size);
    if (!iovec) return iovec.error();
    const Size length = iovec->get<Size>(4);
    const auto range = memory_.range(iovec->get<Address>(0), length);
    if (!range) return range.error();
    total += length;
    if (total > 0xffff'ffff) return Errno::inval;
    for (GuestRange rest = *range; !rest.empty();) {
      result.push_back(rest.first(std::min(rest.size(), memory_.largest_piece())));
      rest = rest.subspan(result.back().size());
    }
  }
  return result;
}

bool Call::sleep(std::span<Pollable* const> pollables) {
  std::vector<const Interrupt*> interrupts(interrupts_.begin(), interrupts_.end());
  interrupts.push_back(&context_.interrupt);
  lock_.unlock();
  const Timestamp start = context_.measure_time ? steady_now() : 0;
  const WaitResult result = wait(pollables, std::nullopt, interrupts);
  if (context_.measure_time) context_.nanoseconds_asleep += steady_now() - start;
  lock_.lock();
  // The interrupted store stops its guest itself, as soon as it runs on.
  if (context_.interrupt.is_set()) {
    stopped_ = Error(ErrorKind::interrupted, "interrupted in a call of the host");
  }
  return result != WaitResult::interrupted;
}

bool Call::interrupted() const {
  return context_.interrupt.is_set() ||
         std::any_of(interrupts_.begin(), interrupts_.end(),
                     [](const Interrupt* interrupt) { return interrupt->is_set(); });
}

Errno Call::put_texts(const std::vector<std::string>& texts, Address pointers,
                      Address buffer) const {
  u64 pointer = pointers;
  u64 at = buffer;
  for (const std::string& text : texts) {
    if (at > 0xffff'ffff) return Errno::overflow;
    if (const Errno e = memory_.store_number(pointer, static_cast<Address>(at));
        e != Errno::success) {
      return e;
    }
    if (const Errno e = memory_.store(at, text.c_str(), text.size() + 1); e != Errno::success) {
      return e;
    }
    pointer += sizeof(Address);
    at += text.size() + 1;
  }
  return Errno::success;
}

Errno Call::put_text_sizes(const std::vector<std::string>& texts, Address count,
                           Address size) const {
  u64 total = 0;
  for (const std::string& text : texts) total += text.size() + 1;
  if (total > 0xffff'ffff) return Errno::overflow;
  const Errno e = memory_.store_number(count, static_cast<Size>(texts.size()));
  return e != Errno::success ? e : memory_.store_number(size, static_cast<Size>(total));
}

Errno Call::args_get(Address argv, Address buffer) {
  return put_texts(context_.arguments, argv, buffer);
}
Errno Call::args_sizes_get(Address count, Address size) {
  return put_text_sizes(context_.arguments, count, size);
}
Errno Call::environ_get(Address environ, Address buffer) {
  return put_texts(context_.environment, environ, buffer);
}
Errno Call::environ_sizes_get(Address count, Address size) {
  return put_text_sizes(context_.environment, count, size);
}

Errno Call::clock_res_get(u32 clock, Address resolution) {
  if (!context_.clocks) return deny_capability("clock_res_get", "clock", "--allow-clock");
  const auto result = context_.clocks->resolution(ClockId{clock});
  return result ? memory_.store_number(resolution, *result) : result.error();
}

Errno Call::clock_time_get(u32 clock, u64 precision, Address time) {
  if (!context_.clocks) return deny_capability("clock_time_get", "clock", "--allow-clock");
  const auto result = context_.clocks->now(ClockId{clock}, precision);
  return result ? memory_.store_number(time, *result) : result.error();
}

Errno Call::random_get(Address buffer, Size length) {
  if (!context_.random) return deny_capability("random_get", "random source", "--allow-random");
  const auto range = memory_.range(buffer, length);
  if (!range) return range.error();
  if (length > context_.bounds.random_bytes) return Errno::nobufs;
  for (GuestRange rest = *range; !rest.empty();) {
    if (rest.size() < length && interrupted()) return Errno::intr;
    const GuestRange piece = rest.first(std::min(rest.size(), memory_.largest_piece()));
    const auto filled = memory_.receive(piece, [&](std::span<std::byte> bytes) {
      const Outcome<void> done = context_.random->fill(bytes);
      return done ? Outcome<std::size_t>(bytes.size()) : done.error();
    });
    if (!filled) return filled.error();
    rest = rest.subspan(piece.size());
  }
  return Errno::success;
}

void Call::proc_exit(u32 status) {
  stopped_ = context_.exit->exit(status);
}

Errno Call::proc_raise(u32 signal) {
  // Numbered as on Linux. Those that end or stop a process by default end the guest as a shell
  // would report it; the others are ignored by default.
  constexpr u32 ignored[] = {0, 16, 17, 22, 27};
  constexpr u32 last_signal = 30;
  if (signal > last_signal) return Errno::inval;
  if (std::find(std::begin(ignored), std::end(ignored), signal) == std::end(ignored)) {
    stopped_ = context_.exit->exit(128 + signal);
  }
  return Errno::success;
}

Errno Call::sched_yield() {
  lock_.unlock();
  ::sched_yield();
  lock_.lock();
  return Errno::success;
}

}  // namespace wrun::inline v0::wasi::preview1
