// poll_oneoff.

#include <limits>

#include "wasi/preview1/call.hpp"

namespace wrun::inline v0::wasi::preview1 {

/// One subscription, and what came of it.
struct Call::Subscription {
  u64 userdata = 0;
  EventType type = EventType::clock;
  u32 id = 0;  ///< of a clock or a descriptor
  u64 timeout = 0;
  bool absolute = false;
  std::unique_ptr<Pollable> pollable;
  Errno error = Errno::success;
};

namespace {

Record<event_size> event(std::uint64_t userdata, Errno error, EventType type, std::uint64_t bytes,
                         bool hung_up) {
  Record<event_size> record;
  record.set(0, userdata);
  record.set(8, static_cast<std::uint16_t>(error));
  record.set(10, static_cast<std::uint8_t>(type));
  record.set(16, bytes);
  record.set(24, hung_up ? eventrw_hangup : std::uint16_t{0});
  return record;
}

}  // namespace

Outcome<Call::Subscription> Call::subscription(Address address) const {
  const auto record = memory_.load<subscription_size>(address);
  if (!record) return record.error();
  Subscription result;
  result.userdata = record->get<u64>(0);
  const auto tag = record->get<std::uint8_t>(8);
  if (tag > static_cast<std::uint8_t>(EventType::fd_write)) return Errno::inval;
  result.type = EventType{tag};
  result.id = record->get<u32>(16);
  result.timeout = record->get<u64>(24);
  const auto flags = record->get<std::uint16_t>(40);
  if (result.type == EventType::clock && (flags & ~subclock_abstime) != 0) return Errno::inval;
  result.absolute = (flags & subclock_abstime) != 0;
  return result;
}

Errno Call::subscribe_clock(Subscription& subscription) const {
  if (!context_.clocks) return deny_capability("poll_oneoff", "clock", "--allow-clock");
  const ClockId clock{subscription.id};
  u64 when = subscription.timeout;
  if (!subscription.absolute) {
    const Outcome<Timestamp> now = context_.clocks->now(clock, 0);
    if (!now) return now.error();
    const u64 most = std::numeric_limits<u64>::max();
    when = subscription.timeout > most - *now ? most : *now + subscription.timeout;
  }
  auto pollable = context_.clocks->at(clock, when);
  if (!pollable) return pollable.error();
  subscription.pollable = *std::move(pollable);
  return Errno::success;
}

Errno Call::subscribe(Subscription& subscription) const {
  if (subscription.type == EventType::clock) return subscribe_clock(subscription);
  const auto found = descriptor(subscription.id, right::none);
  if (!found) return found.error();
  if (((*found)->base & right::poll_fd_readwrite) == 0) return Errno::notcapable;
  const bool reads = subscription.type == EventType::fd_read;
  subscription.pollable = reads ? readable((*found)->object) : writable((*found)->object);
  return subscription.pollable ? Errno::success : Errno::badf;
}

std::uint64_t Call::bytes_ready(const Subscription& subscription) const {
  if (subscription.type == EventType::clock) return 0;
  const std::shared_ptr<Descriptor> found = context_.find(subscription.id);
  const auto* file = found ? std::get_if<std::shared_ptr<File>>(&found->object) : nullptr;
  if (file == nullptr || subscription.type == EventType::fd_write) return 1;
  const Outcome<FileStat> stat = (*file)->stat();
  return stat && stat->size > found->offset ? stat->size - found->offset : 0;
}

Errno Call::poll_oneoff(Address in, Address out, Size count, Address nevents) {
  if (count == 0 || count > context_.bounds.subscriptions) return Errno::inval;
  if (!memory_.contains(in, u64{count} * subscription_size) ||
      !memory_.contains(out, u64{count} * event_size) || !memory_.contains(nevents, 4)) {
    return Errno::fault;
  }
  std::vector<Subscription> subscriptions;
  std::vector<Pollable*> pollables;
  bool failed = false;
  for (Size i = 0; i < count; ++i) {
    Outcome<Subscription> next = subscription(in + i * subscription_size);
    if (!next) return next.error();
    next->error = subscribe(*next);
    failed |= next->error != Errno::success;
    if (next->pollable) pollables.push_back(next->pollable.get());
    subscriptions.push_back(*std::move(next));
  }
  if (!failed && !sleep(pollables)) return Errno::intr;

  Size events = 0;
  for (const Subscription& each : subscriptions) {
    if (each.error == Errno::success && !each.pollable->ready()) continue;
    const bool happened = each.error == Errno::success;
    const Errno e =
        memory_.store(u64{out} + u64{events} * event_size,
                      event(each.userdata, each.error, each.type, happened ? bytes_ready(each) : 0,
                            happened && each.pollable->hung_up()));
    if (e != Errno::success) return e;
    ++events;
  }
  return memory_.store_number(nevents, events);
}

}  // namespace wrun::inline v0::wasi::preview1
