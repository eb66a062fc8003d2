#pragma once

// A Pollable that is ready when poll(2) says so of a descriptor. `owner` keeps the descriptor open.

#include <wrun/wasi/poll.hpp>

#include <memory>

namespace wrun::inline v0::wasi {

/// Whether poll(2) reports any of the events, or an error or hang-up, right now.
bool fd_is_ready(int fd, short events);
/// Whether poll(2) reports a hang-up.
bool fd_is_hung_up(int fd);

class FdPollable final : public Pollable {
 public:
  FdPollable(int fd, short events, std::shared_ptr<const void> owner = nullptr)
      : fd_(fd), events_(events), owner_(std::move(owner)) {}
  bool ready() override { return fd_is_ready(fd_, events_); }
  Source source() override { return {.fd = fd_, .events = events_, .at = {}}; }
  bool hung_up() override { return fd_is_hung_up(fd_); }

 private:
  int fd_;
  short events_;
  std::shared_ptr<const void> owner_;
};

}  // namespace wrun::inline v0::wasi
