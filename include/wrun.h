#ifndef WRUN_H
#define WRUN_H

/* What wrun has beyond the standard <wasm.h>: the rest of its C++ API for C. It works on the same
 * objects: an engine, a store or a function of <wasm.h> is one of these functions', too, and the
 * rules of ownership and threads that <wasm.h> begins with hold here. */

#include <wasm.h>
#include <wrun/c/base.h>      /* versions, errors */
#include <wrun/c/compiler.h>  /* tiers, compile threads, profilers, the cache of machine code */
#include <wrun/c/engine.h>    /* configuration, features */
#include <wrun/c/linker.h>    /* linkers, callbacks with their caller, instances by name */
#include <wrun/c/module.h>    /* modules from text and files, what is in them */
#include <wrun/c/native.h>    /* C functions as imports, functions as C function pointers */
#include <wrun/c/objects.h>   /* functions, tables, memories, ... without the standard's limits */
#include <wrun/c/pool.h>      /* fresh instances, some made ahead */
#include <wrun/c/resumable.h> /* calls that wait, without a thread that does */
#include <wrun/c/shared_memory.h> /* memories that several stores use at once */
#include <wrun/c/store.h>         /* limits, budgets, fuel, interruption, usage */
#include <wrun/c/types.h>         /* types beyond the standard's */
#include <wrun/c/value.h>         /* values of every type */
#include <wrun/c/wasi.h>          /* WASI, unless the library was built without it */
#include <wrun/c/wasi_host.h>     /* capabilities that the program implements */

#endif
