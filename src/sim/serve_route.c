/* Which row a request asks for. */
#include "sim/serve.h"

#include "sim/auth.h"
#include "wire/text.h"

/* A path against its template, "/agents/{agentId}/": a label is one segment as it was sent, {Key+} all that is left.
 * When `name` is a label of it, *value is what stands there. */
static bool path_fits(Str template, Str path, Str name, Str *value)
{
	size_t i = 0, k = 0;

	while (i < template.n) {
		size_t start = k, open = i;
		bool greedy;

		if (template.p[i] != '{') {
			if (k == path.n || template.p[i++] != path.p[k++])
				return false;
			continue;
		}
		while (template.p[i] != '}')
			i++;
		greedy = template.p[i - 1] == '+';
		while (k < path.n && (greedy || path.p[k] != '/'))
			k++;
		if (k == start)
			return false;
		if (value && str_eq(name, str_sub(template, open + 1, i - open - 1 - greedy)))
			*value = str_sub(path, start, k - start);
		i++;
	}
	return k == path.n;
}

Str sim_label(const AwsOp *op, Str path, const char *name)
{
	Str fixed, template = str_cut(str_of(op->path), '?', &fixed), value = STR("");

	return path_fits(template, path, str_of(name), &value) ? value : STR("");
}

static bool query_has(Str query, Str fixed)
{
	while (query.n) {
		Str pair = str_cut(query, '&', &query);

		if (str_eq(pair, fixed) || (str_starts(pair, fixed) && pair.n == fixed.n + 1 && pair.p[fixed.n] == '='))
			return true;
	}
	return false;
}

/* Where the bucket ends in "bucket.s3.us-east-1.amazonaws.com" and "bucket.localhost"; 0: the host names none. */
static size_t bucket_in_host(Str host)
{
	for (size_t i = 1; i < host.n; i++) {
		Str rest = str_sub(host, i, host.n);

		if (str_starts(rest, STR(".s3.")) || str_starts(rest, STR(".s3-")) || str_is(rest, ".localhost"))
			return i;
	}
	return 0;
}

Str sim_path_of(const HttpdRequest *rq, Arena *a)
{
	Str port, host = str_cut(sim_header(rq, "host"), ':', &port), path = rq->path;
	size_t n;

	if (!str_is(auth_scope_service(rq), "s3"))
		return path;
	n = bucket_in_host(host);
	if (n)
		path = arena_printf(a, "/%.*s%.*s", (int)n, host.p, STR_ARG(path));
	/* "/bucket/" is the bucket, as is "/bucket". */
	return path.n > 1 && memchr(path.p + 1, '/', path.n - 1) == path.p + path.n - 1 ? str_sub(path, 0, path.n - 1) : path;
}

static bool rest_fits(const AwsOp *op, const SimCall *c, Str scope)
{
	const HttpdRequest *rq = c->rq;
	Str fixed, path = str_cut(str_of(op->path), '?', &fixed);

	if (!str_is(rq->method, op->method) || (op->open ? scope.n > 0 : !str_is(scope, op->service->signing_name)))
		return false;
	return path_fits(path, c->path, STR(""), NULL) && (!fixed.n || query_has(rq->query, fixed));
}

static bool fits(const AwsOp *op, const SimCall *c, Str target, Str version, Str scope)
{
	Str operation, prefix = str_cut(target, '.', &operation);

	switch (op->service->protocol) {
	case AWS_JSON10: case AWS_JSON11:
		/* CloudTrail's prefix has dots of its own. */
		if (str_starts(target, str_of(op->service->target_prefix))) {
			prefix = str_of(op->service->target_prefix);
			operation = str_sub(target, prefix.n + 1, target.n);
		}
		return target.n && str_is(prefix, op->service->target_prefix) && str_is(operation, op->name);
	case AWS_QUERY:
		return !target.n && str_is(c->operation, op->name) && str_is(version, op->service->target_prefix);
	case AWS_REST_JSON: case AWS_REST_XML:
		return !target.n && !version.n && rest_fits(op, c, scope);
	}
	return false;
}

/* "GetObject" fits where "?lifecycle" of the same path does: the row that asks for more is meant. */
static bool closer(const AwsOp *a, const AwsOp *b)
{
	return !b || (str_has(str_of(a->path), STR("?")) && !str_has(str_of(b->path), STR("?")));
}

static Str form_value(Str form, const char *name)
{
	while (form.n) {
		Str value = str_cut(form, '&', &form), key = str_cut(value, '=', &value);

		if (str_is(key, name))
			return value;
	}
	return STR("");
}

const SimRow *sim_row_of(SimCall *c)
{
	Str target = sim_header(c->rq, "x-amz-target"), scope = auth_scope_service(c->rq), version = STR("");
	const SimRow *found = NULL;

	if (str_starts(sim_header(c->rq, "content-type"), STR("application/x-www-form-urlencoded"))) {
		version = form_value(c->rq->body, "Version");
		c->operation = form_value(c->rq->body, "Action");
	}
	for (const SimTable *const *t = sim_tables; *t; t++)
		for (size_t i = 0; i < (*t)->n; i++)
			if (fits((*t)->row[i].op, c, target, version, scope) && closer((*t)->row[i].op, found ? found->op : NULL))
				found = &(*t)->row[i];
	return found;
}
