/* DynamoDB rows, and attribute values both ways. Source: Amazon DynamoDB API Reference, version 2012-08-10. */
#ifndef API_DYNAMODB_H
#define API_DYNAMODB_H

#include "api/op.h"

/* Checks that every attribute of an item is one value of a known type, maps and lists included. The decoders below did
 * this already; for items that come another way. */
int ddb_check_item(JsonVal item, Err *e);

/* An item is the JSON object {"name": {"S": "…"}, …}. Getters: 0; absent or NULL leaves *out alone. A wrong type is an
 * error that names the attribute. Numbers are read from their text, exactly. */
int ddb_str(JsonVal item, const char *name, Str *out, Err *e);
int ddb_i64(JsonVal item, const char *name, int64_t *out, Err *e);
int ddb_scaled(JsonVal item, const char *name, int scale, int64_t *out, Err *e);
int ddb_bool(JsonVal item, const char *name, bool *out, Err *e);
int ddb_opt_map(JsonVal item, const char *name, JsonVal *out, Err *e);
JsonVal ddb_map(JsonVal item, const char *name);        /* the inner {"M": …} object, or absent */
JsonVal ddb_list(JsonVal item, const char *name);       /* array of attribute values, or absent */
bool    ddb_has(JsonVal item, const char *name);

/* Values going out. Maps and lists are arrays of DdbField / DdbValue. */
typedef enum DdbType { DDB_S, DDB_N, DDB_BOOL, DDB_NULL, DDB_M, DDB_L, DDB_JSON /* s is a finished attribute value */ } DdbType;
typedef struct DdbValue DdbValue;
typedef struct DdbField DdbField;
struct DdbValue {
	DdbType type;
	Str s;                      /* S, N (as text), JSON */
	bool b;
	const DdbField *fields;     /* M */
	const DdbValue *items;      /* L */
	size_t count;               /* of M or L */
};
struct DdbField { const char *name; DdbValue v; };
typedef struct DdbName { const char *alias, *name; } DdbName;      /* "#s" -> "status" */


typedef struct DdbQueryIn {     /* Query and Scan (key_condition NULL) */
	const char *table, *index;
	const char *key_condition, *filter, *projection;
	const DdbName *names; size_t name_count;
	const DdbField *values; size_t value_count;          /* ":s" -> value */
	Str  start_key_json;        /* LastEvaluatedKey of the page before, as JSON; empty: first page */
	int  limit;                 /* 0: none */
	bool backward, consistent;
} DdbQueryIn;
typedef struct DdbPage {
	JsonVal items;              /* array */
	size_t  count;
	Str     last_key_json;      /* empty: that was the last page */
	int64_t milli_units;        /* capacity that it took, in thousandths of a unit */
} DdbPage;

typedef struct DdbKeyIn { const char *table; const DdbField *key; size_t key_count; bool consistent; } DdbKeyIn;
typedef struct DdbItemOut { bool found; JsonVal item; int64_t milli_units; } DdbItemOut;
typedef struct DdbBatchGetIn {
	const char *table; const DdbField *const *keys; size_t key_count /* <= 100 */, fields_per_key;
	Str unprocessed_json;       /* of the answer before: asked again instead of keys */
} DdbBatchGetIn;
typedef struct DdbBatchGetOut { JsonVal items; size_t unprocessed; Str unprocessed_json; int64_t milli_units; } DdbBatchGetOut;
typedef struct DdbPutIn {
	const char *table;
	const DdbField *item; size_t item_count;
	const char *condition;
	const DdbName *names; size_t name_count;
	const DdbField *values; size_t value_count;
} DdbPutIn;
typedef struct DdbUpdateIn {
	const char *table;
	const DdbField *key; size_t key_count;
	const char *update, *condition;
	const DdbName *names; size_t name_count;
	const DdbField *values; size_t value_count;
	bool return_old_on_failure;
	const char *return_values;  /* "ALL_NEW" … or NULL */
} DdbUpdateIn;
typedef struct DdbTransactItem {
	enum { DDB_T_PUT, DDB_T_UPDATE, DDB_T_CHECK } kind;
	DdbPutIn put; DdbUpdateIn update;       /* CHECK uses update's key and condition */
} DdbTransactItem;
typedef struct DdbTransactIn { const DdbTransactItem *item; size_t count; Str token; } DdbTransactIn;
typedef struct DdbReason { Str code, message; bool has_item; JsonVal item; } DdbReason;
/* Reasons of a TransactionCanceledException, in the order of the request. 0, or -1 when the body is something else. */
int ddb_reasons(Arena *a, Str error_body, DdbReason **out, size_t *n, Err *e);
typedef struct DdbAttrDef { const char *name, *type; } DdbAttrDef;
typedef struct DdbCreateTableIn {
	const char *table, *hash, *range;       /* range NULL: none; all keys are strings */
	const char *gsi, *gsi_hash, *gsi_range; /* gsi NULL: none */
} DdbCreateTableIn;
typedef struct DdbTableOut { Str name, status; int64_t item_count; } DdbTableOut;

/* in: the struct of the name (DescribeTable: const char *, the table). out: DdbPage for Query and Scan, DdbItemOut for
 * GetItem and UpdateItem, DdbTableOut for the tables; nothing for PutItem and TransactWriteItems. */
extern const AwsOp op_dynamodb_query, op_dynamodb_scan, op_dynamodb_get_item, op_dynamodb_batch_get_item,
	op_dynamodb_put_item, op_dynamodb_update_item, op_dynamodb_transact_write_items,
	op_dynamodb_create_table, op_dynamodb_describe_table;

#endif
