/* Attribute values as a tree in an arena, and one call's frame with its error. */
#ifndef SIM_DDB_VALUE_H
#define SIM_DDB_VALUE_H

#include "base/arena.h"
#include "sim/ddb.h"
#include "wire/jsonval.h"
#include "wire/jsonw.h"

typedef enum AvType { AV_S, AV_N, AV_B, AV_BOOL, AV_NULL, AV_M, AV_L, AV_SS, AV_NS, AV_BS } AvType;

typedef struct Av {
	AvType      type;
	Str         text;      /* S; N in canonical form; B as bytes */
	bool        flag;      /* BOOL */
	size_t      n, cap;
	Str        *names;     /* M only: names[i] belongs to items[i] */
	struct Av **items;     /* M, L and sets */
} Av;

/* One request. The first failure stays in code and message. */
typedef struct DdbCall {
	Ddb        *ddb;
	Arena      *arena;
	JsonVal     body;
	int64_t     now_ms;
	JsonW       w;             /* the answer; nothing is written before the call has succeeded */
	const char *code;          /* "ValidationException"; NULL: no failure */
	Str         message;
	const Av   *failed_item;   /* for ConditionalCheckFailedException with ALL_OLD */
	Str         reasons_json;  /* for TransactionCanceledException */
	struct DdbPending *news;   /* what was saved, the newest first: told when the call has succeeded */
} DdbCall;

int ddb_fail(DdbCall *c, const char *code, const char *fmt, ...) FORMAT(3, 4);   /* -1 */
#define ddb_invalid(c, ...) ddb_fail((c), "ValidationException", __VA_ARGS__)

Av  *av_from_json(DdbCall *c, JsonVal v);               /* NULL and a failure */
Av  *av_item_from_json(DdbCall *c, JsonVal v);          /* {"name": {"S": …}, …} as an M */
Av  *av_item_from_text(DdbCall *c, Str json);
void av_write(JsonW *w, const Av *v);
void av_write_item(JsonW *w, const Av *m);
const char *av_type_name(AvType t);

Av  *av_new(Arena *a, AvType type);
Av  *av_copy(Arena *a, const Av *v);
Av  *av_get(const Av *m, Str name);                     /* NULL when absent */
void av_set(Arena *a, Av *m, Str name, Av *v);
void av_remove(Av *m, Str name);
void av_push(Arena *a, Av *list, Av *v);
void av_take_at(Av *list, size_t i);
bool av_is_set(const Av *v);
bool av_has(const Av *list, const Av *v);               /* element of a list or set */
bool av_equal(const Av *a, const Av *b);
/* Order of two values of one scalar type: true and *out; false when they cannot be ordered. */
bool av_order(const Av *a, const Av *b, int *out);
size_t av_size(const Av *v);                            /* bytes, as the service counts item size */

#endif
