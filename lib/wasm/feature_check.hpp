#pragma once

// Which features a module may use, and which it does.

#include <cstdint>
#include <string_view>

#include <wrun/features.hpp>

#include "lib/wasm/errors.hpp"

namespace wrun::inline v0::wasm {

class FeatureCheck {
 public:
  /// Uses are added to `used`; the first one that isn't in `allowed` is reported as invalid.
  FeatureCheck(Features allowed, Features& used, Errors& errors)
      : allowed_(allowed), used_(used), errors_(errors) {}

  bool has(Feature feature) const { return allowed_.has(feature); }

  /// Whether `what` at `offset`, which needs `feature`, may be used.
  bool need(Feature feature, std::uint64_t offset, std::string_view what) {
    used_ = used_.with(feature);
    if (allowed_.has(feature)) return true;
    errors_.invalid(offset, "{} needs feature {} (enable with --features +{})", what, name(feature),
                    name(feature));
    return false;
  }

 private:
  Features allowed_;
  Features& used_;
  Errors& errors_;
};

}  // namespace wrun::inline v0::wasm
