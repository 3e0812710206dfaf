/* suite.yaml: what `seismo eval` asks whom, and what an answer must be. */
#ifndef CONF_SUITE_H
#define CONF_SUITE_H

#include "base/arena.h"

struct YamlNode;

enum { SUITE_CELLS = 16, SUITE_CASES = 5000, SUITE_CHECKS = 20, SUITE_ROUNDS = 8, SUITE_FAULTS = 12, SUITE_UNSET = -1 };

/* A model that says by a rubric whether an answer is good. */
typedef struct SuiteJudge {
	Str     model, rubric;                     /* model empty: there is none */
	int64_t pass_at;                           /* of ten, in millionths */
	Str    *fault; size_t faults;              /* what it may reject an answer for */
	int64_t max_tokens;
	int64_t temperature;                       /* as of a cell */
	bool    force_same_family;
} SuiteJudge;

/* One thing that an answer must be; exactly one member is set. */
typedef struct SuiteCheck {
	Str     contains, lacks, regex, schema;    /* schema: a file, resolved against the suite's folder */
	bool    json;
	SuiteJudge judge;
	int64_t cost_nusd, latency_ms;             /* at most; SUITE_UNSET: not this */
} SuiteCheck;

typedef enum SuiteCache { CACHE_NONE, CACHE_5M, CACHE_1H } SuiteCache;
typedef struct SuiteValue { Str name, value; } SuiteValue;
typedef struct SuiteCell {
	Str     name, model, template, system;     /* template: "ID", "ID@VERSION"; or system, or neither */
	int64_t max_tokens;
	int64_t temperature;                       /* millionths; SUITE_UNSET: the model's own */
	int        cache;                          /* SuiteCache: how long its instructions stay in the prompt cache */
	int64_t rounds;                            /* how often an answer that a judge rejects goes back with the reason */
} SuiteCell;
typedef struct SuiteCase {
	Str     id, input;
	SuiteValue *value; size_t values;
	SuiteCheck *check; size_t checks;
	const struct YamlNode *vars;               /* of the file, before `value` was made of it */
} SuiteCase;

typedef struct Suite {
	Str        id;
	SuiteCell *cell; size_t cells;
	SuiteCase *one;  size_t cases;
	SuiteCheck *check; size_t checks;          /* of every case */
	Str        dataset;
	SuiteJudge pairwise;                       /* chooses between a cell's answer and the first cell's; model empty: nobody does */
	int64_t    concurrency, budget_nusd, repeat;
} Suite;

/* A line of JSON as JSON without the escapes that YAML does not have; 0 or -1. */
typedef int SuitePlain(Arena *a, Str json, Str *out, Err *e);
/* Reads the suite and its dataset (JSON lines: {"id", "input", "vars": {}, "expect": []}). Everything lives in the arena. ERR_USAGE with
 * file:line:column. */
int suite_read(Arena *a, const char *path, SuitePlain *plain, Suite *out, Err *e);

#endif
