/* `seismo setup`: makes the lock table, by which of two operators one wins. */
#include <stdio.h>
#include <string.h>

#include "api/sts.h"
#include "base/clock.h"
#include "cli/acting.h"
#include "cli/cli.h"

enum { WAIT_MS = 5 * 60 * 1000, POLL_MS = 1000 };

typedef struct Setup { Acting a; uv_timer_t timer; int64_t until_ms; bool made, open; } Setup;

static void describe(Setup *s);

static void end(Setup *s, const Err *why)
{
	if (s->open)
		uv_close((uv_handle_t *)&s->timer, NULL);
	s->open = false;
	acting_leave(&s->a, why ? cli_fail(why) : 0);
}

static void on_timer(uv_timer_t *t)
{
	describe(t->data);
}

static void ask(Setup *s, const AwsOp *op, const void *in, void (*on_done)(AwsCall *, const void *, const AwsError *, void *))
{
	const AwsHandler h = { .on_done = on_done, .arg = s, .rank = RANK_PERSON };
	Err why = { 0 };

	if (!aws_call(s->a.s.aws, op, in, &h, &why))
		end(s, &why);
}

static void on_created(AwsCall *call, const void *out, const AwsError *err, void *arg)
{
	Setup *s = arg;

	(void)call;
	(void)out;
	/* Somebody else made it in the meantime: as good. */
	if (err && strcmp(err->code, "ResourceInUseException") != 0) {
		end(s, &err->err);
		return;
	}
	s->made = true;
	describe(s);
}

static void create(Setup *s)
{
	DdbCreateTableIn in = { .table = s->a.s.ctx->src.lock_table.p, .hash = "pointer", .range = "sk" };
	Err why = { 0 };

	if (s->a.o->dry_run) {
		printf("would make table %s (pointer, sk; on demand) in account %s\n", in.table, s->a.s.account);
		end(s, NULL);
	} else if (acting_may(&s->a, str_of(in.table), &why) < 0) {
		end(s, &why);
	} else {
		ask(s, &op_dynamodb_create_table, &in, on_created);
	}
}

static void on_described(AwsCall *call, const void *out, const AwsError *err, void *arg)
{
	const DdbTableOut *table = out;
	Setup *s = arg;
	Err why = { 0 };

	(void)call;
	if (err && err->fault == AWS_NOT_FOUND && !s->made) {
		create(s);
	} else if (err && err->fault != AWS_NOT_FOUND) {
		end(s, &err->err);
	} else if (!err && str_is(table->status, "ACTIVE")) {
		printf("lock table %s is %s\n", s->a.s.ctx->src.lock_table.p, s->made ? "made" : "there");
		end(s, NULL);
	} else if (clock_mono_ms() > s->until_ms) {
		(void)err_kind(&why, ERR_LATE, "table %s is not ACTIVE after five minutes; run seismo setup again later", s->a.s.ctx->src.lock_table.p);
		end(s, &why);
	} else {
		(void)uv_timer_start(&s->timer, on_timer, POLL_MS, 0);
	}
}

static void describe(Setup *s)
{
	const char *table = s->a.s.ctx->src.lock_table.p;

	ask(s, &op_dynamodb_describe_table, table, on_described);
}

/* A write goes out only with keys of which AWS has said whose they are. */
static void on_identity(AwsCall *call, const void *out, const AwsError *err, void *arg)
{
	const StsIdentity *id = out;
	Setup *s = arg;

	(void)call;
	if (err) {
		end(s, &err->err);
		return;
	}
	(void)snprintf(s->a.s.account, sizeof s->a.s.account, "%.*s", STR_ARG(id->account));
	describe(s);
}

int cmd_setup(const Options *o)
{
	Setup s = { 0 };
	Err e = { 0 };

	if (o->args)
		return acting_usage("setup takes no argument: seismo setup --write --yes --reason TEXT");
	if (acting_open(&s.a, o, &e) < 0) {
		s.a.code = cli_fail(&e);
		return acting_end(&s.a);
	}
	(void)uv_timer_init(&s.a.loop, &s.timer);
	s.timer.data = &s;
	s.open = true;
	s.until_ms = clock_mono_ms() + WAIT_MS;
	ask(&s, &op_sts_get_caller_identity, NULL, on_identity);
	return acting_end(&s.a);
}
