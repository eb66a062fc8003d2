#include "tools/wrun/treemap/squarify.hpp"

#include <algorithm>
#include <numeric>

namespace wrun::inline v0::tool {
namespace {

/// How far the worst rectangle of a row along `side` is from a square; areas from largest to
/// smallest.
double worst(double side, double sum, double largest, double smallest) {
  const double thickness = sum / side;
  return std::max(largest / (thickness * thickness), thickness * thickness / smallest);
}

/// How many of the areas make the best row along `side`.
std::size_t row_size(std::span<const double> areas, double side) {
  double sum = areas.front();
  double before = worst(side, sum, areas.front(), areas.front());
  std::size_t count = 1;
  for (; count < areas.size(); ++count) {
    sum += areas[count];
    const double with_it = worst(side, sum, areas.front(), areas[count]);
    if (with_it > before) break;
    before = with_it;
  }
  return count;
}

/// Cuts a row off the shorter side of `rest`. The last of a row takes what rounding leaves over.
void cut_row(std::span<const double> areas, Rectangle& rest, std::vector<Rectangle>& cut,
             bool is_last) {
  const bool upright = rest.width >= rest.height;
  const double side = upright ? rest.height : rest.width;
  const double longer = upright ? rest.width : rest.height;
  const double sum = std::accumulate(areas.begin(), areas.end(), 0.0);
  const double thickness = is_last || side <= 0 ? longer : std::min(sum / side, longer);
  double at = 0;
  for (std::size_t i = 0; i < areas.size(); ++i) {
    const double end = i + 1 == areas.size() ? side : std::min(side, at + side * areas[i] / sum);
    cut.push_back(upright ? Rectangle{rest.x, rest.y + at, thickness, end - at}
                          : Rectangle{rest.x + at, rest.y, end - at, thickness});
    at = end;
  }
  if (upright) {
    rest.x += thickness;
    rest.width -= thickness;
  } else {
    rest.y += thickness;
    rest.height -= thickness;
  }
}

}  // namespace

std::vector<Rectangle> squarify(std::span<const double> weights, const Rectangle& whole) {
  const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
  std::vector<double> areas;
  areas.reserve(weights.size());
  for (const double weight : weights) areas.push_back(weight / total * whole.area());
  std::vector<Rectangle> cut;
  cut.reserve(areas.size());
  Rectangle rest = whole;
  for (std::span<const double> left = areas; !left.empty();) {
    const std::size_t count = row_size(left, std::min(rest.width, rest.height));
    cut_row(left.first(count), rest, cut, count == left.size());
    left = left.subspan(count);
  }
  return cut;
}

}  // namespace wrun::inline v0::tool
