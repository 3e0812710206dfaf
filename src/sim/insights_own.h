/* A compiled Insights query: shared by its parser, evaluator and rows. Not for others. */
#ifndef SIM_INSIGHTS_OWN_H
#define SIM_INSIGHTS_OWN_H

#include <regex.h>

#include "sim/insights.h"
#include "wire/jsonval.h"

enum { COLUMNS_MAX = 32, FILTERS_MAX = 16, SORTS_MAX = 4, NAMES_MAX = 32, BY_MAX = 8, AGGS_MAX = 24, ARGS_MAX = 16 };

/* A number that was read keeps its text, a time is ms since 1970. */
typedef enum ValueKind { V_NONE, V_NUM, V_TIME, V_TEXT } ValueKind;
typedef struct Value { ValueKind kind; double num; Str text; } Value;

typedef enum NodeKind { N_VALUE, N_FIELD, N_REGEX, N_LIST, N_CALL, N_OP, N_AGG } NodeKind;
typedef enum OpKind {
	OP_OR, OP_AND, OP_NOT, OP_EQ, OP_NE, OP_LT, OP_LE, OP_GT, OP_GE, OP_LIKE, OP_IN, OP_ADD, OP_SUB, OP_MUL, OP_DIV, OP_MOD
} OpKind;
typedef enum AggKind { AGG_COUNT, AGG_SUM, AGG_AVG, AGG_MIN, AGG_MAX, AGG_PCT, AGG_DISTINCT } AggKind;

typedef struct Node Node;
struct Node {
	NodeKind kind;
	int      code;                     /* OpKind, CallKind, AggKind */
	Value    value;
	Str      name;                     /* field */
	Node    *arg[ARGS_MAX];
	int      args;
	int      agg;                      /* its number in the query */
	regex_t *re;
	Node    *next_regex;               /* of the query's, for its end */
};

typedef struct Column { Str label; Node *node; } Column;
typedef struct SortKey { Node *node; Str text; bool down; } SortKey;

typedef struct AggState { int64_t n; double sum, min, max; double *values; uint64_t *seen; size_t n_kept, cap; } AggState;
typedef struct Group { Value by[BY_MAX]; uint64_t hash; AggState agg[AGGS_MAX]; } Group;
typedef struct Row { Value cell[COLUMNS_MAX + 1], key[SORTS_MAX]; int64_t t_ms; } Row;

struct Insights {
	Arena   arena;                     /* the program, and texts of groups */
	Column  column[COLUMNS_MAX], name[NAMES_MAX];
	int     columns, names;            /* names: aliases, whether shown or not */
	Node   *filter[FILTERS_MAX];
	int     filters;
	SortKey sort[SORTS_MAX];
	int     sorts;
	Node   *regexes;
	int64_t limit;
	bool    stats;
	int     by;                        /* the first columns of a stats query */
	Node   *agg[AGGS_MAX];
	int     aggs;

	Arena   scratch;                   /* of one event */
	const FleetLine *line;             /* NULL between events */
	Str     log;
	JsonVal doc;
	bool    doc_read;
	const Group *group;                /* aggregates are read from it */
	int     depth;                     /* of aliases that name one another */

	Row   **row;
	size_t  rows, row_cap;
	Group **table;                     /* open addressing by hash, a power of two */
	size_t  groups, table_size;
	InsightsCount count;
};

/* insights_parse.c */
int   insights_parse(Insights *q, Str text, size_t *from, size_t *to, Err *e);
int   insights_call_find(Str name);                 /* -1: no such function */

/* insights_eval.c */
Value insights_eval(Insights *q, const Node *n);
bool  insights_true(Value v);
int   insights_compare(Value a, Value b);           /* numbers as numbers, else as text; no value comes first */
bool  insights_number(Value v, double *out);
Str   insights_text(Arena *a, Value v);
Value insights_agg_value(const Node *agg, const AggState *s);

#endif
