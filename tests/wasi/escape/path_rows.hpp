#pragma once

// The attempts that are a path: data. Words in setups and paths are expanded by World.

#include <cerrno>
#include <span>
#include <string>

namespace wrun::test {

/// A way to outside/, tried with every verb on the verb's own name there.
struct Way {
  const char* name;
  const char* setup;
  const char* prefix;
  /// What native openat2 says; EXDEV reaches the guest as `perm`.
  int native;
  unsigned fd = 3;
};

/// One verb on one path.
struct Attempt {
  const char* name;
  const char* verb;
  const char* setup;
  const char* path;
  int native;
  unsigned fd = 3;
};

inline constexpr Way ways[] = {
    {"dot_dot", "", "../outside/", EXDEV},
    {"dot_dot_after_dot", "", "./../outside/", EXDEV},
    {"dot_dot_deep", "", "dir/nested/../../../outside/", EXDEV},
    {"dot_dot_and_back", "", "../inside/../outside/", EXDEV},
    {"dot_dot_doubled_slashes", "", "..//outside///", EXDEV},
    {"absolute", "", "@/outside/", EXDEV},
    {"absolute_doubled_slash", "", "/@/outside/", EXDEV},
    {"relative_link", "symlink ../outside out", "out/", EXDEV},
    {"absolute_link", "symlink @/outside out", "out/", EXDEV},
    {"link_to_parent", "symlink .. up", "up/outside/", EXDEV},
    {"link_to_root", "symlink / root", "root@/outside/", EXDEV},
    {"link_in_directory", "symlink ../../outside dir/out", "dir/out/", EXDEV},
    {"link_that_climbs_first", "symlink dir/../../outside out", "out/", EXDEV},
    {"chain_of_links", "symlink b a; symlink c b; symlink ../outside c", "a/", EXDEV},
    {"link_through_a_link", "symlink dir in; symlink in/../../outside out", "out/", EXDEV},
    {"dot_dot_after_a_link", "symlink dir/nested in", "in/../../../outside/", EXDEV},
    {"magic_root", "", "root@/outside/", ELOOP, 6},
    {"magic_descriptor", "", "fd/#/", ELOOP, 6},
};

inline constexpr Attempt attempts[] = {
    {"dot_dot_listed", "list", "", "..", EXDEV},
    {"dot_dot_slash_listed", "list", "", "../", EXDEV},
    {"dot_dot_dot_listed", "list", "", "../.", EXDEV},
    {"dir_dot_dot_dot_dot_listed", "list", "", "dir/../..", EXDEV},
    {"parent_stat", "stat", "", "..", EXDEV},
    {"parent_stat_nofollow", "stat_nofollow", "", "..", EXDEV},
    {"two_up_and_down", "read", "", "../../%/outside/secret", EXDEV},
    {"dot_inside_the_way", "read", "", ".././outside/./secret", EXDEV},
    {"dot_dot_outside", "read", "", "../outside/dir/../secret", EXDEV},
    {"to_the_next_grant", "read", "", "../other/file", EXDEV},
    {"write_to_the_next_grant", "write", "", "../readonly/file", EXDEV},
    {"link_to_the_next_grant", "write", "symlink ../readonly/file there", "there", EXDEV},
    {"file_link_read", "read", "symlink ../outside/secret out", "out", EXDEV},
    {"file_link_absolute_read", "read", "symlink @/outside/secret out", "out", EXDEV},
    {"file_link_written", "write", "symlink ../outside/secret out", "out", EXDEV},
    {"file_link_truncated", "truncate", "symlink @/outside/secret out", "out", EXDEV},
    {"file_link_stat", "stat", "symlink ../outside/secret out", "out", EXDEV},
    {"file_link_times", "set_times", "symlink ../outside/secret out", "out", EXDEV},
    {"file_link_linked", "link_from_followed", "symlink ../outside/secret out", "out", EXDEV},
    {"chain_read", "read", "symlink b a; symlink dir/../b2 b; symlink ../outside/secret b2", "a",
     EXDEV},
    {"dangling_created", "create", "symlink ../outside/new out", "out", EXDEV},
    {"dangling_absolute_created", "create", "symlink @/outside/new out", "out", EXDEV},
    {"dangling_chain_created", "create", "symlink b a; symlink ../outside/new b", "a", EXDEV},
    {"dangling_in_directory_created", "create", "symlink ../../outside/new dir/out", "dir/out",
     EXDEV},
    {"dangling_nested_created", "create",
     "symlink dir/out2 out; symlink ../../outside/new dir/out2", "out", EXDEV},
    {"link_to_directory_listed", "list", "symlink ../outside/dir out", "out", EXDEV},
    {"link_slash_listed", "list", "symlink ../outside/dir out", "out/", EXDEV},
    {"link_dot_listed", "list", "symlink ../outside/dir out", "out/.", EXDEV},
    {"link_slash_stat_nofollow", "stat_nofollow", "symlink ../outside out", "out/", EXDEV},
    {"link_dot_dot_stat", "stat", "symlink ../outside out", "out/..", EXDEV},
    {"link_slash_times_nofollow", "set_times_nofollow", "symlink ../outside out", "out/", EXDEV},
    {"magic_task_root", "read", "", "task/../root@/outside/secret", ELOOP, 6},
    {"magic_thread_root", "write", "", "./root@/outside/secret", ELOOP, 6},
    {"magic_descriptor_itself", "list", "", "fd/#/dir", ELOOP, 6},
    {"magic_descriptor_info_up", "read", "", "fdinfo/../fd/#/secret", ELOOP, 6},
    {"from_proc_upwards", "read", "", "../self/root@/outside/secret", EXDEV, 6},
    {"from_dev_upwards", "read", "", "..@/outside/secret", EXDEV, 7},
};

}  // namespace wrun::test
