/* Integer arithmetic that C leaves to be got wrong. */
#ifndef BASE_NUM_H
#define BASE_NUM_H

#include <stdint.h>

/* Rounds down, also below zero; b > 0. */
static inline int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

/* a * part / whole without an overflow in between, rounded towards zero; a result beyond int64_t is the nearer end.
 * whole > 0. */
static inline int64_t mul_div(int64_t a, int64_t part, int64_t whole)
{
	__int128 v = (__int128)a * part / whole;

	return v > INT64_MAX ? INT64_MAX : v < INT64_MIN ? INT64_MIN : (int64_t)v;
}

#endif
