/* `seismo template sign FILE` and `template verify FILE`: the seal stands beside the template, as FILE.seal.json. `template promote T V`: a label
 * goes to a version of a template. */
#include <stdio.h>
#include <stdlib.h>

#include "api/sts.h"
#include "base/file.h"
#include "cli/acting.h"
#include "cli/cli.h"
#include "cli/get.h"
#include "cli/sealed.h"
#include "cli/template_history.h"

typedef struct Run { Acting a; Sealed t; bool signs; } Run;

static void leave(Run *r, const Err *why)
{
	acting_leave(&r->a, why ? cli_fail(why) : 0);
}

/* --- sign --- */

static void on_signed(void *arg, Str key, Str signature, const Err *why)
{
	Run *r = arg;
	Seal seal = { r->t.names, key, signature };
	Buf b = { 0 };
	Err bad = { 0 };

	if (why) {
		leave(r, why);
		return;
	}
	seal_write(&b, &seal);
	if (file_replace(r->t.seal_path, buf_str(&b), &bad) < 0) {
		leave(r, &bad);
	} else {
		printf("signed %.*s@%.*s for %.*s in %.*s: %s\n", STR_ARG(r->t.names.id), STR_ARG(r->t.names.version), STR_ARG(r->t.names.agent),
		       STR_ARG(r->t.names.environment), r->t.seal_path);
		leave(r, NULL);
	}
	buf_done(&b);
}

static void on_identity(AwsCall *call, const void *out, const AwsError *err, void *arg)
{
	Run *r = arg;
	Err why = { 0 };

	(void)call;
	(void)out;
	if (err)
		leave(r, &err->err);
	else if (seal_sign(r->a.s.aws, &r->t.names, r->t.use.key, on_signed, r, &why) < 0)
		leave(r, &why);
}

/* A write goes out only with keys of which AWS has said whose they are. */
static void sign(Run *r)
{
	const AwsHandler h = { .on_done = on_identity, .arg = r, .rank = RANK_PERSON };
	Err why = { 0 };

	if (!r->t.use.id.n || !r->t.use.version.n)
		(void)err_kind(&why, ERR_USAGE, "template sign needs --as ID@VERSION");
	else if (acting_may(&r->a, r->t.use.agent, &why) == 0 && aws_call(r->a.s.aws, &op_sts_get_caller_identity, NULL, &h, &why))
		return;
	leave(r, &why);
}

/* --- verify --- */

static void on_verdict(void *arg, SealVerdict v, const Err *why)
{
	Run *r = arg;
	const PromptSeal *s = &r->t.seal.names;
	Buf b = { 0 };
	JsonW w = jw_to(&b);

	if (r->a.o->out == OUT_JSON) {
		jw_object(&w);
		get_str(&w, "id", r->t.sealed ? s->id : STR(""));
		get_str(&w, "version", r->t.sealed ? s->version : STR(""));
		jw_kstr(&w, "sha256", str_of(r->t.sha256));
		jw_kstr(&w, "signature", str_of(seal_verdict_name(v)));
		get_str(&w, "message", str_of(why ? why->text : NULL));
		jw_object_end(&w);
		printf("%.*s\n", STR_ARG(buf_str(&b)));
	} else if (!why) {
		printf("verified %.*s@%.*s for %.*s in %.*s, SHA-256 %s\n", STR_ARG(s->id), STR_ARG(s->version), STR_ARG(s->agent),
		       STR_ARG(s->environment), r->t.sha256);
	}
	buf_done(&b);
	leave(r, why);
}

/* --- promote --- */

static int promote(const Options *o)
{
	MoveAsk ask = { .action = MOVE_PROMOTE, .agent = str_of(o->arg[1]), .to = str_of(o->arg[2]), .from = str_of(o->from),
	                .reason = str_of(o->reason) };
	Arena a = { 0 };
	Err e = { 0 };
	int code;

	if (o->args != 3 || !o->label || !ask.agent.n || !ask.to.n || str_has(ask.agent, STR("@")))
		return acting_usage("usage: seismo template promote TEMPLATE VERSION --label LABEL [--from V] --reason TEXT");
	if (acting_bad_reason(o))
		return acting_usage("--reason takes a text of 1 to 500 bytes");
	if (template_label_check(str_of(o->label), &e) < 0)
		return cli_fail(&e);
	ask.pointer = arena_printf(&a, LABEL_PREFIX "%.*s/%s", STR_ARG(ask.agent), o->label);
	code = acting_run(o, &ask);
	arena_done(&a);
	return code;
}

int cmd_template(const Options *o)
{
	Str what = str_of(o->args ? o->arg[0] : NULL);
	Run r = { .signs = str_is(what, "sign") };
	Err e = { 0 };

	if (str_is(what, "promote"))
		return promote(o);
	if (str_is(what, "history"))
		return template_history(o);
	if (o->args != 2 || !(r.signs || str_is(what, "verify")))
		return acting_usage("usage: seismo template sign|verify FILE --key KEY --agent A --environment E [--as ID@VERSION], template promote T V "
		                    "--label L, template history T");
	if (acting_open(&r.a, o, &e) < 0) {
		r.a.code = cli_fail(&e);
	} else if (sealed_read(&r.t, o, o->arg[1], &e) < 0) {
		leave(&r, &e);
	} else if (r.signs) {
		sign(&r);
	} else {
		seal_check(r.a.s.aws, NULL, buf_str(&r.t.text), r.t.sealed ? &r.t.seal : NULL, &r.t.use, on_verdict, &r);
	}
	(void)acting_end(&r.a);
	sealed_done(&r.t);
	return r.a.code;
}
