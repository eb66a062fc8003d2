// Five bodies that attract each other: scalar double arithmetic with divisions and square roots.
#include <math.h>

#include "kernel.h"

static const uint32_t default_rounds = 900000;

typedef struct {
  double x, y, z, vx, vy, vz, mass;
} Body;

enum { count = 5 };
static Body bodies[count];

static void start(void) {
  for (int i = 0; i < count; i++) {
    double d = i * 3.7;
    bodies[i] = (Body){d, d * 0.31 - 1, 0.05 * i, 0.02 * i, 0.4 / (1 + d), 0.01, i ? 0.01 * i : 39};
  }
}

static void step(double dt) {
  for (int i = 0; i < count; i++) {
    Body* p = &bodies[i];
    for (int j = i + 1; j < count; j++) {
      Body* q = &bodies[j];
      double dx = p->x - q->x, dy = p->y - q->y, dz = p->z - q->z;
      double square = dx * dx + dy * dy + dz * dz;
      double pull = dt / (square * sqrt(square));
      p->vx -= dx * q->mass * pull;
      p->vy -= dy * q->mass * pull;
      p->vz -= dz * q->mass * pull;
      q->vx += dx * p->mass * pull;
      q->vy += dy * p->mass * pull;
      q->vz += dz * p->mass * pull;
    }
  }
  for (int i = 0; i < count; i++) {
    bodies[i].x += dt * bodies[i].vx;
    bodies[i].y += dt * bodies[i].vy;
    bodies[i].z += dt * bodies[i].vz;
  }
}

static uint64_t run(uint32_t rounds) {
  start();
  for (uint32_t i = 0; i < rounds; i++) step(0.001);
  uint64_t checksum = 0;
  for (int i = 0; i < count; i++) checksum = mix(checksum ^ bits_of(bodies[i].x + bodies[i].vy));
  return checksum;
}
