#pragma once

// Faults of code that relies on inaccessible pages. SIGSEGV and SIGBUS are offered to the catcher
// of the thread that runs into them; what it doesn't want, and what threads without a catcher run
// into, goes to whoever handled the signal before, as if nobody had come between.
//
// The handler is installed while anybody holds a FaultHandling. A host that installs one of its own
// later and doesn't call ours is noticed by keep_fault_handling(), which goes before it again. Our
// handler never goes away from under a host that may call it: the library then stays loaded.

#include <cstdint>
#include <utility>

namespace wrun::inline v0::os {

/// A fault as its catcher sees it. What it changes is what the thread goes on with.
class Fault {
 public:
  Fault(const void* address, void* context) : address_(address), context_(context) {}

  const std::uint8_t* address() const { return static_cast<const std::uint8_t*>(address_); }
  const std::uint8_t* pc() const noexcept;
  void set_pc(const void* pc) noexcept;
  /// A general register, by the CPU's number for it.
  std::uint64_t general(unsigned number) const noexcept;
  void set_general(unsigned number, std::uint64_t value) noexcept;

 private:
  const void* address_;
  void* context_;
};

/// Runs inside a signal handler: it takes no lock, and allocates nothing.
struct FaultCatcher {
  /// True: go on with what the fault says now.
  bool (*resolve)(void* data, Fault& fault) noexcept = nullptr;
  void* data = nullptr;
};

/// Of this thread; null: none. A signal handler reads it, so it is where no code has to run to find
/// it.
[[gnu::tls_model("initial-exec")]] extern constinit thread_local FaultCatcher* fault_catcher;

/// Has the thread's faults offered to that catcher while it lives.
class CatchingFaults {
 public:
  explicit CatchingFaults(FaultCatcher* by) noexcept : outer_(std::exchange(fault_catcher, by)) {}
  ~CatchingFaults() { fault_catcher = outer_; }
  CatchingFaults(const CatchingFaults&) = delete;
  CatchingFaults& operator=(const CatchingFaults&) = delete;

 private:
  FaultCatcher* outer_;
};

/// Thread-safe.
class FaultHandling {
 public:
  FaultHandling() = default;
  FaultHandling(FaultHandling&& other) noexcept : held_(std::exchange(other.held_, false)) {}
  FaultHandling& operator=(FaultHandling&& other) noexcept {
    std::swap(held_, other.held_);
    return *this;
  }
  ~FaultHandling();

  /// One that holds nothing if the system refuses, or its registers can't be read here.
  static FaultHandling acquire() noexcept;
  explicit operator bool() const { return held_; }

 private:
  explicit FaultHandling(bool held) : held_(held) {}
  bool held_ = false;
};

/// Has our handler be the first again, if anybody holds it. Two system calls.
void keep_fault_handling() noexcept;

}  // namespace wrun::inline v0::os
