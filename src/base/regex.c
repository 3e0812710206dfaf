#include "base/regex.h"

#include <stdlib.h>
#include <threads.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/late.h"
#include "base/xalloc.h"

/* STEPS: for one match. PCRE2 counts anew at each place where a match could begin, so that many places share them. */
enum { STEPS = 20000, STEPS_LEAST = 64, DEPTH_MAX = 2000, HEAP_KIB = 1024, NEST_MAX = 100 };

#define CALLS(X) \
	X(compile) X(compile_context_create) X(compile_context_free) X(set_compile_extra_options) X(set_parens_nest_limit) X(code_free) \
	X(get_error_message) X(match) X(match_context_create) X(match_context_free) X(set_match_limit) X(set_depth_limit) \
	X(set_heap_limit) X(match_data_create) X(match_data_free) X(pattern_info)

#define REAL(call) pcre2_##call##_8
#define POINTER(call) __typeof__(&REAL(call)) call;
typedef struct PcreApi { CALLS(POINTER) } PcreApi;
#define TEXT_OF(x) #x
#define TEXT(x) TEXT_OF(x)
#define ROW(call) { TEXT(REAL(call)), offsetof(PcreApi, call) },

static const LateSymbol symbols[] = { CALLS(ROW) };
static const LateLibrary library = { "libpcre2-8.so.0", "libpcre2-8-0 (Fedora: pcre2)", symbols, sizeof symbols / sizeof *symbols };

/* A library is the process's, not an object's: written once, behind the flag. */
static PcreApi api;
static Err missing;
static once_flag loaded = ONCE_FLAG_INIT;

struct Regex {
	pcre2_code          *code;
	pcre2_match_context *limits;
	pcre2_match_data    *found;
	bool                 anchored;      /* it can only match at the beginning */
};

static void load(void)
{
	if (late_load(&library, &api, &missing) == 0)
		missing.text[0] = '\0';
}

static int bad_pattern(int code, size_t at, Err *e)
{
	unsigned char why[160];

	if (api.get_error_message(code, why, sizeof why) < 0)
		why[0] = '\0';
	return err_set(e, "at byte %zu of the pattern: %s", at, (const char *)why);
}

static pcre2_code *compile(Str pattern, Err *e)
{
	/* What ECMA-262 has and Perl has not: $ is the very end, \u0041, a class without members. */
	const uint32_t options = PCRE2_UTF | PCRE2_DOLLAR_ENDONLY | PCRE2_ALT_BSUX | PCRE2_ALLOW_EMPTY_CLASS | PCRE2_MATCH_UNSET_BACKREF |
	                         PCRE2_NEVER_BACKSLASH_C;
	pcre2_compile_context *how = api.compile_context_create(NULL);
	pcre2_code *code;
	size_t at = 0;
	int rc = 0;

	if (!how)
		xalloc_die("out of memory");
	(void)api.set_compile_extra_options(how, PCRE2_EXTRA_ALT_BSUX);
	(void)api.set_parens_nest_limit(how, NEST_MAX);
	code = api.compile((PCRE2_SPTR)pattern.p, pattern.n, options, &rc, &at, how);
	api.compile_context_free(how);
	if (!code)
		(void)bad_pattern(rc, at, e);
	return code;
}

Regex *regex_new(Str pattern, Err *e)
{
	pcre2_code *code;
	Regex *r;
	uint32_t all = 0;

	call_once(&loaded, load);
	if (missing.text[0]) {
		(void)err_set(e, "%s", missing.text);
		return NULL;
	}
	if (pattern.n > REGEX_PATTERN_MAX) {
		(void)err_set(e, "the pattern is longer than %d bytes", (int)REGEX_PATTERN_MAX);
		return NULL;
	}
	if (!(code = compile(pattern.n ? pattern : STR(""), e)))
		return NULL;
	r = xcalloc(1, sizeof *r);
	r->code = code;
	r->limits = api.match_context_create(NULL);
	r->found = api.match_data_create(1, NULL);
	if (!r->limits || !r->found)
		xalloc_die("out of memory");
	r->anchored = api.pattern_info(code, PCRE2_INFO_ALLOPTIONS, &all) == 0 && all & PCRE2_ANCHORED;
	(void)api.set_depth_limit(r->limits, DEPTH_MAX);
	(void)api.set_heap_limit(r->limits, HEAP_KIB);
	return r;
}

void regex_free(Regex *r)
{
	if (!r)
		return;
	api.match_data_free(r->found);
	api.match_context_free(r->limits);
	api.code_free(r->code);
	free(r);
}

RegexAnswer regex_find(const Regex *r, Str text)
{
	size_t places = r->anchored ? 1 : text.n + 1, steps = STEPS / places;
	int rc;

	if (text.n > REGEX_TEXT_MAX)
		return REGEX_UNDECIDED;
	(void)api.set_match_limit(r->limits, (uint32_t)(steps < STEPS_LEAST ? STEPS_LEAST : steps));
	rc = api.match(r->code, (PCRE2_SPTR)(text.n ? text.p : ""), text.n, 0, 0, r->found, r->limits);
	return rc >= 0 ? REGEX_YES : rc == PCRE2_ERROR_NOMATCH ? REGEX_NO : REGEX_UNDECIDED;
}
