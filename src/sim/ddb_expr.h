/* DynamoDB expressions: condition, filter, key condition, projection, update. Parsed into an arena once, then evaluated
 * against items. Source: Developer Guide, "Using expressions in DynamoDB". */
#ifndef SIM_DDB_EXPR_H
#define SIM_DDB_EXPR_H

#include "sim/ddb_value.h"

/* a.b[3]: a step with a name has index -1. */
typedef struct DdbStep { Str name; int64_t index; } DdbStep;
typedef struct DdbPath { DdbStep *steps; size_t n; } DdbPath;

typedef enum ExprKind {
	EX_PATH, EX_VALUE, EX_SIZE,                                             /* operands */
	EX_EQ, EX_NE, EX_LT, EX_LE, EX_GT, EX_GE, EX_BETWEEN, EX_IN,            /* conditions */
	EX_EXISTS, EX_NOT_EXISTS, EX_TYPE, EX_BEGINS, EX_CONTAINS, EX_AND, EX_OR, EX_NOT,
	EX_PLUS, EX_MINUS, EX_IF_NOT_EXISTS, EX_LIST_APPEND,                    /* only right of SET's "=" */
} ExprKind;

typedef struct Expr {
	ExprKind      kind;
	DdbPath       path;
	const Av     *value;
	struct Expr **args;
	size_t        n;
} Expr;

typedef enum UpdateKind { UP_SET, UP_REMOVE, UP_ADD, UP_DELETE } UpdateKind;
typedef struct Update {
	UpdateKind     kind;
	DdbPath        path;
	const Expr    *expr;     /* SET: any operand; ADD and DELETE: a value */
	struct Update *next;
} Update;

typedef struct PathList { DdbPath *paths; size_t n; } PathList;

/* ExpressionAttributeNames and -Values of one request (or one action of a transaction). */
typedef struct DdbNames {
	JsonVal names, values;
	bool   *name_used, *value_used;
	Av    **value;
	bool    any_expression;
} DdbNames;

int ddb_names_open(DdbCall *c, JsonVal request, DdbNames *n);
int ddb_names_all_used(DdbCall *c, const DdbNames *n);   /* after all expressions are parsed */

/* what: the member of the request, for messages. An absent member gives NULL and 0. */
int ddb_parse_condition(DdbCall *c, DdbNames *n, JsonVal request, const char *what, Expr **out);
int ddb_parse_update(DdbCall *c, DdbNames *n, JsonVal request, Update **out);
int ddb_parse_projection(DdbCall *c, DdbNames *n, JsonVal request, PathList **out);

/* item NULL: there is none. Operands that do not fit together make a comparison false. */
bool ddb_eval(DdbCall *c, const Expr *e, const Av *item);
/* A SET operand's value; a fresh copy. NULL and a failure when it cannot be computed. */
Av *ddb_operand(DdbCall *c, const Expr *e, const Av *item);
const Av *ddb_path_find(const Av *item, const DdbPath *path);
/* old stays as it is (NULL: no item); base is what the new item starts from when there is none: the key. */
Av *ddb_apply_update(DdbCall *c, const Update *u, const Av *old, const Av *base);
Av *ddb_project(DdbCall *c, const PathList *paths, const Av *item);
bool ddb_reserved_word(Str name);

#endif
