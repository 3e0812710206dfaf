/* The operations of the DynamoDB engine and what they share. An operation writes its answer to c->w, or fails. */
#ifndef SIM_DDB_OPS_H
#define SIM_DDB_OPS_H

#include "sim/ddb_expr.h"
#include "sim/ddb_store.h"

int ddb_op_get_item(DdbCall *c);
int ddb_op_batch_get(DdbCall *c);
int ddb_op_put_item(DdbCall *c);
int ddb_op_update_item(DdbCall *c);
int ddb_op_delete_item(DdbCall *c);
int ddb_op_batch_write(DdbCall *c);
int ddb_op_transact_write(DdbCall *c);
int ddb_op_query(DdbCall *c);
int ddb_op_scan(DdbCall *c);
int ddb_op_create_table(DdbCall *c);
int ddb_op_describe_table(DdbCall *c);
int ddb_op_list_tables(DdbCall *c);

typedef enum WriteKind { WRITE_PUT, WRITE_UPDATE, WRITE_DELETE, WRITE_CHECK } WriteKind;

typedef struct DdbWrite {
	WriteKind       kind;
	const DdbTable *table;
	DdbKey          key;
	Av             *key_item;      /* the key attributes alone; of a Put the whole item */
	Expr           *condition;
	Update         *update;
	bool            old_on_fail;   /* ReturnValuesOnConditionCheckFailure ALL_OLD */
	Av             *old, *now;     /* after running: NULL when there is none */
} DdbWrite;

/* Reads and checks one action, without looking at the stored item. */
int ddb_write_prepare(DdbCall *c, WriteKind kind, JsonVal request, DdbWrite *w);
/* 0 done, 1 the condition does not hold (nothing stored), -1 failure. */
int ddb_write_run(DdbCall *c, DdbWrite *w);

/* Size, nesting and the index's keys of an item that is to be stored. */
int  ddb_item_fits(DdbCall *c, const DdbTable *t, const Av *item);
int  ddb_flag(DdbCall *c, JsonVal request, const char *key, bool *out);
void ddb_answer_capacity(DdbCall *c, JsonVal request, const DdbTable *t, double units);

#endif
