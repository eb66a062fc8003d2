#pragma once

// WRUN_API marks what the shared library exports; everything else has hidden visibility.

#if defined(WRUN_STATIC)
#define WRUN_API
#elif defined(__GNUC__)
#define WRUN_API __attribute__((visibility("default")))
#else
#define WRUN_API
#endif
