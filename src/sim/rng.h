/* A counter-based generator (splitmix64): any job of any hour can be drawn on its own, in any order, with the same
 * result on every machine. Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators" (2014). */
#ifndef SIM_RNG_H
#define SIM_RNG_H

#include <stdint.h>

typedef struct Rng { uint64_t s; } Rng;

static inline uint64_t rng_mix(uint64_t z)
{
	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static inline uint64_t rng_join(uint64_t a, uint64_t b)
{
	return rng_mix(a * UINT64_C(0x9e3779b97f4a7c15) + rng_mix(b + UINT64_C(0x632be59bd9b4e019)));
}

static inline uint64_t rng_next(Rng *r)
{
	r->s += UINT64_C(0x9e3779b97f4a7c15);
	return rng_mix(r->s);
}

/* 0 .. n - 1 */
static inline uint32_t rng_below(Rng *r, uint32_t n)
{
	return (uint32_t)((rng_next(r) >> 32) * n >> 32);
}

/* From 0.4 to 1.6 times mean, triangular; three times that in one of forty draws: the tail that p95 is about. */
static inline int32_t rng_spread(Rng *r, int32_t mean)
{
	int64_t v = (int64_t)mean * (400 + rng_below(r, 601) + rng_below(r, 601)) / 1000;
	return (int32_t)(rng_below(r, 40) == 0 ? 3 * v : v);
}

#endif
