#include <string.h>

#include "sim/ddb_ops.h"
#include "wire/text.h"

enum { ACTIONS_MAX = 100, TOKEN_MS = 10 * 60 * 1000 };

typedef struct Reason {
	const char *code;      /* "None" for the innocent ones */
	Str         message;
	const Av   *item;
} Reason;

static const char *const kinds[] = { "Put", "Update", "Delete", "ConditionCheck" };   /* WRITE_PUT and on */

static int prepare_one(DdbCall *c, JsonVal action, DdbWrite *w)
{
	size_t kind = 0;
	JsonVal v;
	Str key;

	v = jv_member_at(action, 0, &key);
	while (v.node && kind < 4 && !str_is(key, kinds[kind]))
		kind++;
	if (jv_count(action) != 1 || kind == 4 || jv_type(v) != JV_OBJECT)
		return ddb_invalid(c, "TransactItems can only contain one of Check, Put, Update or Delete");
	return ddb_write_prepare(c, (WriteKind)kind, v, w);
}

static int prepare_all(DdbCall *c, JsonVal actions, DdbWrite *writes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (prepare_one(c, jv_at(actions, i), &writes[i]) < 0)
			return -1;
		for (size_t k = 0; k < i; k++)
			if (writes[k].table == writes[i].table && str_eq(writes[k].key.hk, writes[i].key.hk) &&
			    str_eq(writes[k].key.rk, writes[i].key.rk))
				return ddb_invalid(c, "Transaction request cannot include multiple operations on one item");
	}
	return 0;
}

/* An action that cannot be done cancels the transaction with a reason of its own, it does not fail the call. */
static Reason reason_of(DdbCall *c, int rc, const DdbWrite *w)
{
	Reason r = { .code = "None" };

	if (rc > 0)
		r = (Reason){ "ConditionalCheckFailed", STR("The conditional request failed"), w->old_on_fail ? w->old : NULL };
	else if (rc < 0 && strcmp(c->code, "ValidationException") == 0) {
		r = (Reason){ "ValidationError", c->message, NULL };
		c->code = NULL;
	}
	return r;
}

static int cancel(DdbCall *c, const Reason *reasons, size_t n)
{
	Buf json = { 0 }, codes = { 0 };
	JsonW w = jw_to(&json);

	jw_array(&w);
	for (size_t i = 0; i < n; i++) {
		(void)buf_printf(&codes, "%s%s", i ? ", " : "", reasons[i].code);
		jw_object(&w);
		jw_kstr(&w, "Code", str_of(reasons[i].code));
		if (reasons[i].message.n)
			jw_kstr(&w, "Message", reasons[i].message);
		if (reasons[i].item) {
			jw_key(&w, "Item");
			av_write_item(&w, reasons[i].item);
		}
		jw_object_end(&w);
	}
	jw_array_end(&w);
	c->reasons_json = arena_str(c->arena, buf_str(&json));
	(void)ddb_fail(c, "TransactionCanceledException",
	               "Transaction cancelled, please refer cancellation reasons for specific reasons [%s]", buf_cstr(&codes));
	buf_done(&json);
	buf_done(&codes);
	return -1;
}

static int run_all(DdbCall *c, DdbWrite *writes, size_t n)
{
	Reason *reasons = ARENA_ARRAY(c->arena, Reason, n);
	bool cancelled = false;

	for (size_t i = 0; i < n; i++) {
		reasons[i] = reason_of(c, ddb_write_run(c, &writes[i]), &writes[i]);
		if (c->code)
			return -1;
		cancelled |= strcmp(reasons[i].code, "None") != 0;
	}
	return cancelled ? cancel(c, reasons, n) : 0;
}

static Str body_digest(DdbCall *c, JsonVal actions)
{
	unsigned char digest[32];
	Buf body = { 0 };

	(void)jv_write(actions, &body);   /* shorter than the request, which was under the cap */
	sha256_of(buf_str(&body), digest);
	buf_done(&body);
	return arena_str(c->arena, (Str){ (const char *)digest, sizeof digest });
}

/* 1: this very transaction was done less than ten minutes ago. */
static int known_token(DdbCall *c, Str token, Str digest)
{
	sqlite3_stmt *st = ddb_sql(c->ddb, SQL_TOKEN_EXPIRE);
	int rc = 0;

	(void)sqlite3_bind_int64(st, 1, c->now_ms - TOKEN_MS);
	(void)sqlite3_step(st);   /* what is left over is only space */
	(void)sqlite3_reset(st);
	st = ddb_sql(c->ddb, SQL_TOKEN_GET);
	ddb_bind(st, 1, token);
	if (sqlite3_step(st) == SQLITE_ROW)
		rc = str_eq(ddb_column(st, 0), digest) ? 1 :
		     ddb_fail(c, "IdempotentParameterMismatchException", "Request parameters do not match those of the original request "
		                                                         "with this client token");
	(void)sqlite3_reset(st);
	return rc;
}

static int remember_token(DdbCall *c, Str token, Str digest)
{
	sqlite3_stmt *st = ddb_sql(c->ddb, SQL_TOKEN_PUT);
	int rc;

	ddb_bind(st, 1, token);
	ddb_bind(st, 2, digest);
	(void)sqlite3_bind_int64(st, 3, c->now_ms);
	rc = sqlite3_step(st);
	(void)sqlite3_reset(st);
	return rc == SQLITE_DONE ? 0 : ddb_fail(c, "InternalServerError", "state: %s", sqlite3_errmsg(c->ddb->db));
}

static int transact(DdbCall *c, JsonVal actions, Str token, DdbWrite *writes, size_t n)
{
	Str digest = body_digest(c, actions);
	int rc;

	if (token.n && (rc = known_token(c, token, digest)) != 0)
		return rc < 0 ? -1 : 0;
	if (ddb_sql_run(c->ddb, SQL_BEGIN) < 0)
		return ddb_fail(c, "InternalServerError", "state: %s", sqlite3_errmsg(c->ddb->db));
	rc = run_all(c, writes, n);
	if (rc == 0 && token.n)
		rc = remember_token(c, token, digest);
	if (rc == 0 && ddb_sql_run(c->ddb, SQL_COMMIT) == 0)
		return 0;
	(void)ddb_sql_run(c->ddb, SQL_ROLLBACK);   /* a failed COMMIT may have done it already */
	return rc < 0 ? -1 : ddb_fail(c, "InternalServerError", "the transaction could not be stored");
}

int ddb_op_transact_write(DdbCall *c)
{
	JsonVal actions = { NULL };
	Str token = STR("");
	DdbWrite *writes;
	size_t n;

	if (jv_opt_array(c->body, "TransactItems", &actions, NULL) < 0 || jv_opt_str(c->body, "ClientRequestToken", &token, NULL) < 0)
		return ddb_fail(c, "SerializationException", "Unexpected field type");
	n = jv_count(actions);
	if (n < 1 || n > ACTIONS_MAX)
		return ddb_invalid(c, "1 validation error detected: Value at 'transactItems' failed to satisfy constraint: Member must have "
		                      "length less than or equal to 100 and greater than or equal to 1");
	if (token.n > 36)
		return ddb_invalid(c, "1 validation error detected: Value at 'clientRequestToken' failed to satisfy constraint: Member must "
		                      "have length less than or equal to 36");
	writes = ARENA_ARRAY(c->arena, DdbWrite, n);
	if (prepare_all(c, actions, writes, n) < 0 || transact(c, actions, token, writes, n) < 0)
		return -1;
	jw_object(&c->w);
	jw_object_end(&c->w);
	return 0;
}
