#pragma once

// A rectangle, cut into smaller ones that are as square as they can be. Bruls, Huizing, van Wijk:
// Squarified Treemaps, 2000.

#include <span>
#include <vector>

namespace wrun::inline v0::tool {

struct Rectangle {
  double x = 0, y = 0, width = 0, height = 0;
  double area() const { return width * height; }
};

/// One for each weight, in their order, its area the weight's share of the whole. Weights are
/// positive and descend. Throws std::bad_alloc.
std::vector<Rectangle> squarify(std::span<const double> weights, const Rectangle& whole);

}  // namespace wrun::inline v0::tool
