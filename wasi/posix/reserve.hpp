#pragma once

// The last descriptors that the process may open are the host's: a guest that opens files until it
// fails must not keep its host from opening one.

namespace wrun::inline v0::wasi {

/// Whether a descriptor of this number is one of those.
bool is_reserved(int fd);
/// Whether the next descriptor would be one of those, or there is none left.
bool next_is_reserved();

}  // namespace wrun::inline v0::wasi
