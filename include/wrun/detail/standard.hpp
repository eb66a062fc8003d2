#pragma once

// std::chrono's durations and clocks, and the name std::shared_ptr, without the rest of <chrono>
// and <memory>: with streams and locales, which these include, a program that includes wrun.hpp
// would take twice as long to compile. Who calls a function that takes or returns a
// std::shared_ptr includes <memory>.

#include <cstddef>

#if defined(__GLIBCXX__) && defined(_GLIBCXX_BEGIN_NAMESPACE_VERSION) && __has_include(<bits/chrono.h>)

#include <bits/chrono.h>

namespace std {
_GLIBCXX_BEGIN_NAMESPACE_VERSION
template <typename T>
class shared_ptr;
_GLIBCXX_END_NAMESPACE_VERSION
}  // namespace std

#else

#include <chrono>
#include <memory>

#endif
