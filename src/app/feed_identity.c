/* Who we are: GetCallerIdentity names the account that every message, row and later every write is checked against. */
#include "app/feed_impl.h"

#include "api/sts.h"

#include <stdio.h>

static void on_identity(Feed *f, const void *out, const AwsError *err, void *arg)
{
	Session *s = f->all->spec.session;
	const StsIdentity *id = out;
	Err e = { 0 };

	(void)arg;
	if (err) {
		feed_end(f, &err->err);
		return;
	}
	f->all->wrong_account = false;
	s->found[0] = 0;
	if (s->ctx->account_id.n && !str_eq(s->ctx->account_id, id->account))
		err_kind(&e, ERR_REFUSED,
				 "these credentials belong to account %.*s, but context %.*s is configured for %.*s; "
				 "choose another profile or correct account_id",
				 STR_ARG(id->account), STR_ARG(s->ctx->name), STR_ARG(s->ctx->account_id));
	else if (s->account[0] && !str_is(id->account, s->account))
		err_kind(&e, ERR_REFUSED, "the credentials now belong to account %.*s, and this session began in %s; "
				 "start again to look at the other account", STR_ARG(id->account), s->account);
	if (e.kind) {
		f->all->wrong_account = true;
		(void)snprintf(s->found, sizeof s->found, "%.*s", STR_ARG(id->account));
		feed_end(f, &e);
		return;
	}
	(void)snprintf(s->account, sizeof s->account, "%.*s", STR_ARG(id->account));
	(void)snprintf(s->arn, sizeof s->arn, "%.*s", STR_ARG(id->arn));
	aws_set_account(s->aws, id->account);
	feed_end(f, NULL);
}

static void start(Feed *f)
{
	f->all->generation = creds_generation(aws_creds(f->all->spec.session->aws));
	feed_call(f, &op_sts_get_caller_identity, NULL, on_identity, NULL);
}

static int64_t interval(const ConfSources *src)
{
	(void)src;
	return 300000;
}

const FeedClass feed_class_identity = { .vital = true, .name = "identity", .interval_ms = interval, .start = start };
