#include "tools/wrun/treemap/squarify.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <numeric>
#include <random>

namespace wrun::tool {
namespace {

constexpr Rectangle canvas{10, 20, 1200, 720};

double overlap(const Rectangle& a, const Rectangle& b) {
  const double width = std::min(a.x + a.width, b.x + b.width) - std::max(a.x, b.x);
  const double height = std::min(a.y + a.height, b.y + b.height) - std::max(a.y, b.y);
  return std::max(width, 0.0) * std::max(height, 0.0);
}

/// Areas in proportion, inside the canvas, none on another.
void expect_fits(const std::vector<double>& weights) {
  const auto places = squarify(weights, canvas);
  ASSERT_EQ(places.size(), weights.size());
  const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
  double sum = 0;
  for (std::size_t i = 0; i < places.size(); ++i) {
    EXPECT_NEAR(places[i].area(), weights[i] / total * canvas.area(), 1e-3) << i;
    EXPECT_NEAR(overlap(places[i], canvas), places[i].area(), 1e-3) << i;
    for (std::size_t j = 0; j < i; ++j) EXPECT_LT(overlap(places[i], places[j]), 1e-3) << i << j;
    sum += places[i].area();
  }
  EXPECT_NEAR(sum, canvas.area(), 1e-3);
}

TEST(Squarify, Nothing) {
  EXPECT_TRUE(squarify({}, canvas).empty());
}

TEST(Squarify, OneIsTheWhole) {
  expect_fits({7});
}

TEST(Squarify, ThePapersExample) {
  expect_fits({6, 6, 4, 3, 2, 2, 1});
  const auto places = squarify(std::vector<double>{6, 6, 4, 3, 2, 2, 1}, {0, 0, 6, 4});
  EXPECT_NEAR(places[0].width, 3, 1e-9);
  EXPECT_NEAR(places[0].height, 2, 1e-9);
  EXPECT_NEAR(places[2].x, 3, 1e-9);
  EXPECT_NEAR(places[2].height, 7.0 / 3, 1e-9);
}

TEST(Squarify, LargeAndSmall) {
  expect_fits({1e9, 1, 1, 1});
  expect_fits({1e12, 1e6, 1, 1e-6});
}

TEST(Squarify, ManyOfAllSizes) {
  std::mt19937 random(1);
  std::vector<double> weights(500);
  for (double& each : weights) each = 1 + static_cast<double>(random() % 10'000);
  std::sort(weights.begin(), weights.end(), std::greater<>());
  expect_fits(weights);
}

}  // namespace
}  // namespace wrun::tool
