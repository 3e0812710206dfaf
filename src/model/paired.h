/* Two ways of doing the same cases, case by case: how often only one of them was right, and whether that can be chance. Pure.
 * Source: exact McNemar test (Fay 2010, "Two-sided exact tests and matching confidence intervals for discrete data"): of the pairs that
 * differ, won is binomial with 1/2 when neither is better; p is twice the smaller tail, at most 1. */
#ifndef MODEL_PAIRED_H
#define MODEL_PAIRED_H

#include <stdint.h>

typedef struct Paired { int64_t won, lost, tied; } Paired;

double paired_p(const Paired *p);

#endif
