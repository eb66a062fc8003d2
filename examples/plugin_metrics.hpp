#pragma once

// What the plugin server counts of its tenants besides what they use.

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <utility>

#include <wrun/linker.hpp>
#include <wrun/wasi/wasi.hpp>

/// A counter in Prometheus's text format: a sample for each combination of labels. Thread-safe.
class Counter {
 public:
  explicit Counter(std::string name) : name_(std::move(name)) {}

  /// `labels`: `tenant="a",capability="dir"`.
  void add(const std::string& labels, std::uint64_t count = 1) {
    const std::lock_guard lock(mutex_);
    counts_[labels] += count;
  }
  std::string text() const {
    const std::lock_guard lock(mutex_);
    std::string lines = "# TYPE " + name_ + " counter\n";
    for (const auto& [labels, count] : counts_)
      lines += name_ + "{" + labels + "} " + std::to_string(count) + "\n";
    return lines;
  }

 private:
  const std::string name_;
  mutable std::mutex mutex_;
  std::map<std::string, std::uint64_t> counts_;
};

inline std::string label(const std::string& tenant) {
  return "tenant=\"" + tenant + "\"";
}

/// "clock" of "--allow-clock", "dir" of "--dir /etc::/etc:ro": what would grant it.
inline std::string capability(const wrun::wasi::Denial& denial) {
  const std::string flag = denial.grant.substr(0, denial.grant.find(' '));
  if (flag.starts_with("--allow-")) return flag.substr(8);
  return flag.starts_with("--") ? flag.substr(2) : "other";
}

/// Lets plugins ask for all of WASI, gives them nothing, and counts what they asked for.
inline wrun::Result<void> deny_all(wrun::Linker& linker, const std::string& tenant,
                                   Counter& denied) {
  const auto count = [&denied, tenant](const wrun::wasi::Denial& denial) {
    denied.add(label(tenant) + ",capability=\"" + capability(denial) + "\"");
  };
  auto added = wrun::wasi::add_to(linker, wrun::wasi::Config().on_denied(count));
  if (!added) return std::move(added).error();
  return {};
}
