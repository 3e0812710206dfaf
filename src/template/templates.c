#include "template/own.h"

#include <stdlib.h>

#include "base/xalloc.h"
#include "model/template.h"
#include "wire/text.h"

static void (*const readers[TEMPLATE_KINDS])(TemplatesRead *r, const TemplateSource *s) = {
	[TEMPLATE_LOCAL] = read_local, [TEMPLATE_S3] = read_s3, [TEMPLATE_SECRETS] = read_secrets, [TEMPLATE_BEDROCK] = read_bedrock,
	[TEMPLATE_DYNAMODB] = read_dynamodb, [TEMPLATE_SSM] = read_ssm,
};

Str read_keep(TemplatesRead *r, Str s)
{
	return arena_str(&r->out->arena, s);
}

void read_problem(TemplatesRead *r, const TemplateSource *s, Str where, Str why)
{
	VEC_GROW(r->out->problem, r->problem_cap, r->out->problems + 1);
	r->out->problem[r->out->problems++] = (TemplateProblem){ s ? template_kinds[s->kind] : "labels", read_keep(r, where), read_keep(r, why) };
}

Template *read_add(TemplatesRead *r, const TemplateSource *s)
{
	Template *t;

	if (r->out->n == TEMPLATES_MAX)
		return NULL;
	VEC_GROW(r->out->v, r->cap, r->out->n + 1);
	t = &r->out->v[r->out->n++];
	*t = (Template){ .kind = s->kind, .verdict = SEAL_UNSIGNED, .id = STR(""), .version = STR(""), .place = STR(""), .text = STR("") };
	t->use = (SealUse){ .key = s->key, .environment = s->environment.n ? s->environment : r->spec.stage };
	return t;
}

void read_text(TemplatesRead *r, Template *t, Str text)
{
	t->text = read_keep(r, text);
	sha256_hex(t->text, t->sha256);
}

/* --- the end --- */

static bool is_number(Str s)
{
	int64_t n;

	return str_i64(s, &n) == 0;
}

/* "2.10" is newer than "2.9". */
static int by_version(Str a, Str b)
{
	while (a.n || b.n) {
		Str x = str_cut(a, '.', &a), y = str_cut(b, '.', &b);
		int64_t m, n;

		if (str_eq(x, y))
			continue;
		if (is_number(x) && is_number(y)) {
			(void)str_i64(x, &m);
			(void)str_i64(y, &n);
			return m < n ? -1 : 1;
		}
		return str_cmp(x, y);
	}
	return 0;
}

static int by_id(const void *a, const void *b)
{
	const Template *x = a, *y = b;
	int c = str_cmp(x->id, y->id);

	c = c ? c : by_version(y->version, x->version);
	return c ? c : str_cmp(x->place, y->place);
}

static bool check_all(TemplatesRead *r);

/* True: nothing is left to do, and r is gone. */
static bool leave(TemplatesRead *r)
{
	if (--r->pending)
		return false;
	if (!r->cancelled && !r->checking) {
		r->checking = true;
		return check_all(r);
	}
	if (r->cancelled)
		templates_free(r->out);
	else
		r->done(r->arg, r->out);
	free(r);
	return true;
}

/* --- signatures --- */

typedef struct Check { TemplatesRead *r; size_t at; } Check;

static void on_verdict(void *arg, SealVerdict v, const Err *why)
{
	Check *c = arg;
	TemplatesRead *r = c->r;
	Template *t = &r->out->v[c->at];

	free(c);
	t->verdict = v;
	t->why = why ? read_keep(r, str_of(why->text)) : STR("");
	(void)leave(r);
}

static void check(TemplatesRead *r, size_t at)
{
	Template *t = &r->out->v[at];
	Err why = { 0 };
	Check *c;

	/* Where the place does not say for whom it is, the seal does. */
	if (!t->use.agent.n)
		t->use.agent = t->sealed ? t->seal.names.agent : STR("");
	if (r->spec.check && t->use.key.n && (!r->spec.only.n || str_eq(t->id, r->spec.only))) {
		c = xcalloc(1, sizeof *c);
		*c = (Check){ r, at };
		r->pending++;
		seal_check(r->spec.aws, r->spec.cache, t->text, t->sealed ? &t->seal : NULL, &t->use, on_verdict, c);
		return;
	}
	t->verdict = seal_look(t->text, t->sealed ? &t->seal : NULL, &t->use, &why);
	if (t->verdict == SEAL_VERIFIED) {
		t->verdict = SEAL_UNVERIFIABLE;
		(void)err_set(&why, t->use.key.n ? "its signature was not checked" : "no key is trusted; name one as sources.templates[].key");
	}
	t->why = read_keep(r, str_of(why.text));
}

static bool check_all(TemplatesRead *r)
{
	if (r->out->n)
		qsort(r->out->v, r->out->n, sizeof *r->out->v, by_id);
	labels_give(r);
	r->pending++;
	for (size_t i = 0; i < r->out->n; i++)
		check(r, i);
	return leave(r);
}

/* --- calls --- */

static void on_done(AwsCall *call, const void *out, const AwsError *err, void *arg)
{
	Step *step = arg;
	TemplatesRead *r = step->r;

	(void)call;
	if (!r->cancelled && err && step->denied)
		step->denied(step, err);
	else if (!r->cancelled && err)
		read_problem(r, step->s, step->a, str_of(err->err.text));
	else if (!r->cancelled)
		step->take(step, out);
	free(step);
	(void)leave(r);
}

void read_step(TemplatesRead *r, const AwsOp *op, const void *in, const Step *step)
{
	Step *own = xmalloc(sizeof *own);
	AwsHandler h = { .on_done = on_done, .arg = own, .rank = RANK_PERSON };
	Err e = { 0 };

	*own = *step;
	own->r = r;
	r->pending++;
	if (aws_call(r->spec.aws, op, in, &h, &e))
		return;
	read_problem(r, step->s, step->a, str_of(e.text));
	free(own);
	r->pending--;
}

TemplatesRead *templates_read(const TemplatesSpec *spec, void (*done)(void *arg, Templates *t), void *arg)
{
	TemplatesRead *r = xcalloc(1, sizeof *r);

	*r = (TemplatesRead){ .spec = *spec, .done = done, .arg = arg, .out = xcalloc(1, sizeof *r->out), .pending = 1 };
	for (size_t i = 0; i < spec->n; i++)
		readers[spec->source[i].kind](r, &spec->source[i]);
	if (spec->lock_table)
		read_labels(r);
	return leave(r) ? NULL : r;
}

void templates_cancel(TemplatesRead *r)
{
	if (r)
		r->cancelled = true;
}

void templates_free(Templates *t)
{
	if (!t)
		return;
	arena_done(&t->arena);
	free(t->v);
	free(t->problem);
	free(t->label);
	free(t->move);
	free(t);
}

static int may(const Template *t, Str stage, const char *what, Err *e)
{
	const bool failed = t->verdict == SEAL_FAILED;

	if (t->verdict == SEAL_VERIFIED || (!failed && !str_is(stage, "prod")))
		return 0;
	if (failed)
		return err_kind(e, ERR_REFUSED, "%.*s@%.*s failed its check and is not %s: %.*s", STR_ARG(t->id), STR_ARG(t->version), what, STR_ARG(t->why));
	return err_kind(e, ERR_REFUSED, "%.*s@%.*s is %s and is not %s in production: %.*s", STR_ARG(t->id), STR_ARG(t->version),
	                seal_verdict_name(t->verdict), what, STR_ARG(t->why));
}

int template_may_send(const Template *t, Str stage, Err *e)
{
	return may(t, stage, "sent", e);
}

int template_may_label(const Template *t, Str stage, Err *e)
{
	return may(t, stage, "given a label", e);
}

/* --- names --- */

bool template_has_label(const Template *t, Str label)
{
	for (size_t i = 0; i < t->labels; i++)
		if (str_eq(t->label[i], label))
			return true;
	return false;
}

static const Template *labelled(const Templates *t, Str id, Str label)
{
	for (size_t i = 0; i < t->n; i++)
		if (str_eq(t->v[i].id, id) && template_has_label(&t->v[i], label))
			return &t->v[i];
	return NULL;
}

/* The one that a label of ours, or else of a source, points at. NULL and *e: none, or it is not known. */
static const Template *pointed_at(const Templates *t, Str id, Str label, Err *e)
{
	const TemplateLabel *own = templates_label(t, id, label);
	const Template *found = labelled(t, id, label);

	if (t->unlabelled)
		found = NULL;
	if (found)
		return found;
	if (t->unlabelled)
		(void)err_set(e, "what label %.*s of template %.*s points at is not known, because the labels could not be read; name the version",
		              STR_ARG(label), STR_ARG(id));
	else if (own)
		(void)err_kind(e, ERR_USAGE, "label %.*s of template %.*s points at version %.*s, which is not there any more", STR_ARG(label), STR_ARG(id),
		               STR_ARG(own->version));
	else
		(void)err_kind(e, ERR_USAGE, "template %.*s has no version and no label %.*s", STR_ARG(id), STR_ARG(label));
	return NULL;
}

/* Which one is meant by its name alone. A label that leads nowhere is never passed over. */
static const Template *unnamed(const Templates *t, Str id, const Template *newest, Err *e)
{
	static const Str first[] = { { "production", 10 }, { "AWSCURRENT", 10 } };

	if (t->unlabelled)
		return pointed_at(t, id, first[0], e);
	for (size_t i = 0; i < sizeof first / sizeof *first; i++)
		if (labelled(t, id, first[i]) || templates_label(t, id, first[i]))
			return pointed_at(t, id, first[i], e);
	return newest;
}

const Template *templates_find(const Templates *t, Str name, Err *e)
{
	Str version, id = str_cut(name, '@', &version);
	const Template *first = NULL;

	for (size_t i = 0; i < t->n && !first; i++)
		first = str_eq(t->v[i].id, id) ? &t->v[i] : NULL;
	if (!first) {
		(void)err_kind(e, ERR_USAGE, "there is no template %.*s; get templates lists them", STR_ARG(id));
		return NULL;
	}
	if (!version.n)
		return unnamed(t, id, first, e);
	for (size_t i = 0; i < t->n; i++)
		if (str_eq(t->v[i].id, id) && str_eq(t->v[i].version, version))
			return &t->v[i];
	return pointed_at(t, id, version, e);
}
