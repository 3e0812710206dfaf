#include "cli/doctor_iam.h"

#include <stdio.h>
#include <stdlib.h>

#include "app/policy.h"
#include "app/session.h"
#include "api/sts.h"
#include "cli/ask.h"

typedef struct Asked { uv_loop_t *loop; char account[16]; Err err; } Asked;

static void on_identity(AwsCall *call, const void *out, const AwsError *err, void *arg)
{
	const StsIdentity *id = out;
	Asked *a = arg;

	(void)call;
	if (err)
		a->err = err->err;
	else
		(void)snprintf(a->account, sizeof a->account, "%.*s", STR_ARG(id->account));
	uv_stop(a->loop);
}

/* AWS is only asked when the configuration does not say it: the policy may be wanted before there are any keys. */
static int find_account(Session *s, char account[16], Err *e)
{
	Asked a = { .loop = s->loop };
	AwsHandler h = { .on_done = on_identity, .arg = &a, .total_ms = 8000 };

	if (s->ctx->account_id.n) {
		(void)snprintf(account, 16, "%.*s", STR_ARG(s->ctx->account_id));
		return 0;
	}
	if (!aws_call(s->aws, &op_sts_get_caller_identity, NULL, &h, e))
		return -1;
	(void)uv_run(s->loop, UV_RUN_DEFAULT);
	(void)snprintf(account, 16, "%s", a.account);
	if (a.account[0])
		return 0;
	*e = a.err;
	return err_wrap(e, "the account is not known (account_id in the context would say it)");
}

static int print_policy(Session *s, Err *e)
{
	char account[16];
	NeedFacts f = { .region = session_region(s), .src = &s->ctx->src, .conf = s->conf, .write = s->ctx->write, .playground = s->ctx->playground };
	Buf out = { 0 };
	const Need *need;
	size_t n, size;

	if (find_account(s, account, e) < 0)
		return -1;
	f.account = str_of(account);
	need = needs_all(&n);
	size = policy_write(need, n, &f, &out);
	(void)fwrite(out.p, 1, out.n, stdout);
	buf_done(&out);
	if (size > POLICY_MAX)
		(void)fprintf(stderr, "seismo: the policy has %zu characters, and a managed policy may have %d; split it\n", size, POLICY_MAX);
	if (s->ctx->role_arn.n)
		(void)fprintf(stderr, "seismo: this is for the role %.*s; the keys that take it need sts:AssumeRole on it\n", STR_ARG(s->ctx->role_arn));
	return 0;
}

int doctor_iam(const Options *o)
{
	SessionSpec spec = ask_session(o);
	uv_loop_t loop;
	Session s;
	Err e = { 0 };
	int rc;

	(void)uv_loop_init(&loop);
	if (str_has(spec.context, STR(",")) || str_is(spec.context, "*"))
		rc = err_kind(&e, ERR_USAGE, "--iam prints the policy of one context; choose it with -x NAME");
	else if ((rc = session_open(&s, &loop, &spec, &e)) == 0) {
		rc = print_policy(&s, &e);
		session_close(&s);
		(void)uv_run(&loop, UV_RUN_DEFAULT);
		session_done(&s);
	}
	(void)uv_run(&loop, UV_RUN_DEFAULT);
	(void)uv_loop_close(&loop);
	return rc < 0 ? cli_fail(&e) : 0;
}
