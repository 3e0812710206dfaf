/* Large arrays in the order of a number, digit by digit: a few passes over all, however many they are. */
#ifndef BASE_RANKED_H
#define BASE_RANKED_H

#include <stddef.h>
#include <stdint.h>

typedef struct Ranked { uint64_t rank, what; } Ranked;

/* Of a number with a sign, and back. */
static inline uint64_t rank_of(int64_t v)
{
	return (uint64_t)v ^ UINT64_C(1) << 63;
}

static inline int64_t rank_number(uint64_t rank)
{
	return (int64_t)(rank ^ UINT64_C(1) << 63);
}

void ranked_sort(Ranked *v, size_t n);           /* what has one rank keeps its order; one pass when all are in order */

#endif
