/* Borrowed text: a pointer and a length, no terminator promised. Never owns; lives as long as what it points into. */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct Str {
	const char *p;
	size_t      n;
} Str;

#define STR(lit) ((Str){ (lit), sizeof(lit) - 1 })
#define STR_ARG(s) (int)(s).n, (s).p       /* for "%.*s" */

/* The four that parsers call for every token stand here, so that the length of a literal is known when they are compiled. */
static inline Str str_of(const char *cstr)             /* NULL gives an empty Str */
{
	return cstr ? (Str){ cstr, strlen(cstr) } : (Str){ "", 0 };
}

static inline bool str_eq(Str a, Str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static inline bool str_is(Str s, const char *cstr)     /* str_eq with a C string */
{
	return str_eq(s, str_of(cstr));
}

static inline Str str_sub(Str s, size_t from, size_t n) /* clamped to s */
{
	if (from > s.n)
		from = s.n;
	return (Str){ s.p + from, n < s.n - from ? n : s.n - from };
}

bool str_eq_nocase(Str a, Str b);          /* ASCII letters only */
int  str_cmp(Str a, Str b);                /* byte order, shorter first on a tie */
bool str_starts(Str s, Str prefix);
bool str_ends(Str s, Str suffix);
bool str_has(Str s, Str needle);
bool str_has_nul(Str s);
Str  str_trim(Str s);                      /* ASCII blanks, tabs and line ends on both sides */
/* Cuts at the first sep: returns what stands before it, *rest what follows (empty when there is none).
 * s and *rest may be the same variable. */
Str  str_cut(Str s, char sep, Str *rest);
/* Strict decimal: optional '-', digits, nothing else, no overflow. Returns 0, or -1 and leaves *out alone. */
int  str_i64(Str s, int64_t *out);
/* Exact decimal text ("12.3456", "-0.5", "1e-3") times 10^scale, half up away from zero; no double in between.
 * str_scaled("1.5", 6) = 1500000. Returns 0, or -1 on bad text or overflow. */
int  str_scaled(Str s, int scale, int64_t *out);
/* What a digit of base64 (RFC 4648, section 4) stands for; -1: it is none. */
int  str_b64_digit(unsigned char c);
/* FNV-1a, 64 bit: a stable hash for ids, also written to disk. Not for hostile hash tables. */
uint64_t str_hash(Str s);
/* The same of n texts at once, at most STR_LANES. Each byte's step waits for the one before; those of several texts wait together. */
enum { STR_LANES = 4 };
void     str_hash_each(const Str *v, size_t n, uint64_t *out);
/* Several times as fast, and another one on machines of another byte order. Ids of log lines in a snapshot hold a part of it. */
uint64_t str_quick_hash(Str s);

/* One more number in a hash that tells whether something has changed. For memory alone. */
static inline uint64_t hash_mix(uint64_t h, uint64_t v)
{
	return (h ^ v) * UINT64_C(0x9E3779B97F4A7C15);
}

#endif
