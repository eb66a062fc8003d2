#pragma once

// Things on which a guest can wait for ever, as its descriptors:
//
//   0  a pipe in which nothing is            4  a socket at which nobody knocks
//   1  a pipe that is full                   5  a connection on which nothing comes, and which is
//   3  a directory with FIFOs: `fresh` and      full
//      `empty`, and `full`, which is

#include <filesystem>

#include "tests/wasi/support/guest.hpp"

namespace wrun::test {

class Plumbing {
 public:
  Plumbing();
  ~Plumbing();
  Plumbing(const Plumbing&) = delete;
  Plumbing& operator=(const Plumbing&) = delete;

  /// Once: the sockets become the guest's.
  wasi::Config config();
  const std::filesystem::path& directory() const { return directory_; }

 private:
  std::filesystem::path directory_;
  int empty_[2] = {-1, -1};
  int full_[2] = {-1, -1};
  int connection_[2] = {-1, -1};
  int listener_ = -1;
  int full_fifo_ = -1;
};

}  // namespace wrun::test
