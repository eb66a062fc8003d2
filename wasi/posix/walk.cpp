#include "wasi/posix/walk.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <string_view>
#include <vector>

#include "wasi/link_limit.hpp"
#include "wasi/posix/resolve.hpp"

namespace wrun::inline v0::wasi {

namespace {

constexpr std::size_t depth_limit = 256;

class Walk {
 public:
  Walk(int root, bool follow) : root_(root), follow_(follow) {}

  Outcome<UniqueFd> run(std::string_view path) {
    push(path);
    while (!pending_.empty()) {
      const std::string name = std::move(pending_.back());
      pending_.pop_back();
      if (const Errno error = step(name); error != Errno::success) return error;
      if (found_) return std::move(found_);
    }
    return open(".", O_PATH | O_DIRECTORY);
  }

 private:
  int current() const { return directories_.empty() ? root_ : directories_.back().get(); }

  Outcome<UniqueFd> open(const char* name, int flags) const {
    UniqueFd fd(::openat(current(), name, flags | O_CLOEXEC));
    if (!fd) return from_host_errno(errno);
    return fd;
  }

  /// The components of a path come next. A slash at its end counts as "/.".
  void push(std::string_view path) {
    std::vector<std::string> names;
    for (std::size_t start = 0; start < path.size();) {
      const std::size_t slash = std::min(path.find('/', start), path.size());
      if (slash != start) names.emplace_back(path.substr(start, slash - start));
      start = slash + 1;
    }
    if (ends_with_slash(path)) names.emplace_back(".");
    pending_.insert(pending_.end(), std::make_move_iterator(names.rbegin()),
                    std::make_move_iterator(names.rend()));
  }

  Errno step(const std::string& name) {
    if (name == ".") return Errno::success;
    if (name == "..") return up();
    Outcome<UniqueFd> next = open(name.c_str(), O_PATH | O_NOFOLLOW);
    if (!next) return next.error();
    struct stat status = {};
    if (::fstat(next->get(), &status) != 0) return from_host_errno(errno);
    if (S_ISLNK(status.st_mode) && (follow_ || !pending_.empty())) return expand(next->get());
    if (!S_ISDIR(status.st_mode)) {
      if (!pending_.empty()) return Errno::notdir;
      found_ = *std::move(next);
      return Errno::success;
    }
    if (directories_.size() == depth_limit) return Errno::nametoolong;
    directories_.push_back(*std::move(next));
    return Errno::success;
  }

  Errno up() {
    if (directories_.empty()) return Errno::notcapable;
    directories_.pop_back();
    return Errno::success;
  }

  Errno expand(int link) {
    if (++links_ > link_limit) return Errno::loop;
    if (is_process_link(link)) return Errno::loop;
    const Outcome<std::string> target = link_target(link, "");
    if (!target) return target.error();
    if (target->empty()) return Errno::noent;
    if (target->front() == '/') return Errno::notcapable;
    push(*target);
    return Errno::success;
  }

  int root_;
  bool follow_;
  int links_ = 0;
  std::vector<std::string> pending_;  ///< what is still to be looked up, last first
  std::vector<UniqueFd> directories_;
  UniqueFd found_;
};

}  // namespace

Outcome<UniqueFd> walk(int root, const std::string& path, bool follow) {
  return Walk(root, follow).run(path);
}

}  // namespace wrun::inline v0::wasi
