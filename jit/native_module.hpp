#pragma once

// What the compiler keeps with a module: the machine code of its functions, and where in it what
// instruction is.

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "jit/arena.hpp"
#include "jit/code_tables.hpp"
#include "jit/compile_queue.hpp"
#include "jit/emit.hpp"
#include "jit/jit.hpp"
#include "jit/stubs.hpp"

namespace wrun::inline v0::jit {

class CompilerImpl;

/// One function's machine code, published: never changed again.
struct NativeFunction {
  const std::uint8_t* code = nullptr;
  std::size_t size = 0;
  std::uint32_t function = 0;
  std::uint32_t frame_start = 0;  ///< see EmittedCode
  runtime::NativeEntry entry;
  // Of one that isn't in an image:
  std::unique_ptr<FunctionTables> tables;
  CodePiece piece;
};

/// The code of an image in its place.
struct LoadedImage {
  CodePiece piece;
  std::vector<std::uint8_t> tables;
  std::size_t size = 0;  ///< of the code
};

/// What came of compiling: code, a reason why there can't be any, or nothing for want of memory.
using Outcome = std::variant<std::monostate, Compiled, std::string>;

/// Thread-safe.
class NativeModule {
 public:
  NativeModule(std::shared_ptr<CompilerImpl> compiler, const runtime::ModuleCode& module);
  ~NativeModule();
  NativeModule(const NativeModule&) = delete;
  NativeModule& operator=(const NativeModule&) = delete;

  /// See runtime::NativeTier::hot. Null also while another thread compiles it.
  const runtime::NativeEntry* hot(std::uint32_t function, std::uint32_t loop) noexcept;
  bool locate(const void* pc, std::vector<runtime::NativeFrame>& frames) const;
  /// See runtime::NativeTier::find_catch.
  bool find_catch(const void* pc, const runtime::Instance& instance, const runtime::Tag* tag,
                  runtime::NativeCatch& found) const;
  /// Before there is any machine code in the engine: gives the functions what calls of it go to.
  void fill_cells(Stubs& stubs);
  /// When that comes to nothing.
  void empty_cells() { stubs_.clear(); }
  /// See jit::write_image() and jit::read_image().
  void write_image(std::vector<std::uint8_t>& tables, std::vector<std::uint8_t>& code);
  std::optional<ImageRefusal> read_image(MachineImage image);
  Census census() const;
  const NativeFunction* find(std::uint32_t function) const;
  CompilerImpl& compiler() const { return *compiler_; }

 private:
  friend class CompileQueue;

  /// What is known of a function, or of a loop of it.
  struct Place {
    enum class State : std::uint8_t { compiling, compiled, refused };
    State state = State::compiling;
    std::shared_ptr<CompileJob> job;  ///< while it waits for another thread
    std::unique_ptr<NativeFunction> function;
  };
  using Places = std::map<CodeKey, Place>;

  // Under code_lock(), which comes back held
  const runtime::NativeEntry* begin(std::unique_lock<std::mutex>& lock, Places::iterator place,
                                    bool has_workshop);
  const runtime::NativeEntry* compile(std::unique_lock<std::mutex>& lock, Places::iterator place);
  void enqueue(Places::iterator place);
  bool is_being_compiled(Places::const_iterator of) const;
  /// What came of a job.
  void finish(const CompileJob& job, Outcome&& outcome) noexcept;
  const runtime::NativeEntry* accept(Places::iterator place, Outcome&& outcome);
  void refuse(Places::iterator place, std::string reason) noexcept;
  void give_up(Places::iterator place) noexcept;
  bool is_in_image(CodeKey key) const;
  /// What it stays interpreted for.
  std::string missing_in_image(std::uint32_t function) const;
  const runtime::NativeEntry* enter_image(CodeKey key);
  /// For code; null if there is none.
  const std::uint8_t* take_room(std::size_t bytes) const;
  void install(std::unique_ptr<LoadedImage> image);
  void announce_image() const;
  std::string publish(Places::iterator place, Compiled& made);
  void leave_out(CodeKey key, std::string reason);
  /// Of machine code for functions, and as many again for loops; see Config::code_bytes.
  std::uint64_t most_bytes() const;
  /// Why the module is to have no more machine code of that kind; empty if it may.
  std::string over_budget(CodeKey key, std::size_t bytes) const;
  /// The code that a return address is in; null if it is none of the module's.
  const CodePiece* piece_at(const void* pc) const;
  ShapeStubs& stubs_of(std::uint32_t function) const;

  std::shared_ptr<CompilerImpl> compiler_;
  const runtime::ModuleCode& module_;
  /// By the types of its functions, once there is machine code in the engine.
  std::vector<std::shared_ptr<ShapeStubs>> stubs_;
  // Guarded by code_lock()
  Places places_;
  std::map<const void*, const CodePiece*, std::less<>> by_end_;
  std::map<CodeKey, std::string> reasons_;  ///< why what was asked for can't be had
  std::uint64_t function_bytes_ = 0;
  std::uint64_t loop_bytes_ = 0;
  /// Code of all functions in one piece: then nothing is compiled any more, and places_ has those
  /// functions of it that were entered from elsewhere.
  std::unique_ptr<LoadedImage> image_;
};

inline NativeModule& native_module(const runtime::ModuleCode& module) {
  return *static_cast<NativeModule*>(module.native_data.get());
}

}  // namespace wrun::inline v0::jit
