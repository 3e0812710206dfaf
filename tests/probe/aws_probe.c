/* Makes AWS calls for the tests: aws_probe --list prints every operation with the shapes of its input and output as JSON
 * lines; without arguments each line of stdin, {"service":…,"op":…,"in":{…}}, becomes one real signed call to
 * AWS_ENDPOINT_URL, and one line {"out":…} or {"error":…} (with "events" for streams) answers it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws/aws.h"
#include "ddb_plain.h"

enum { LINE_MAX_BYTES = 64 << 20 };

typedef struct Run { Arena arena; bool done; Buf out; JsonW w; int events; const AwsOp *op; } Run;

static const char *const kinds[] = {
	[SHAPE_STR] = "str", [SHAPE_I64] = "i64", [SHAPE_NUM] = "num", [SHAPE_BOOL] = "bool", [SHAPE_OPT_I64] = "opt_i64",
	[SHAPE_OPT_NUM] = "opt_num", [SHAPE_OPT_BOOL] = "opt_bool", [SHAPE_TIME] = "time", [SHAPE_TIME_ISO] = "time",
	[SHAPE_BLOB] = "blob", [SHAPE_DOC] = "doc", [SHAPE_STRUCT] = "struct",
};

static void put_tree(JsonW *w, const Shape *s)
{
	if (!s) {
		jw_null(w);
		return;
	}
	jw_array(w);
	for (const ShapeMember *m = s->member; m->name; m++) {
		jw_object(w);
		jw_kstr(w, "name", str_of(m->name));
		jw_kstr(w, "kind", str_of(kinds[m->kind]));
		jw_kbool(w, "list", m->flags & SHAPE_LIST);
		jw_kbool(w, "map", m->flags & SHAPE_MAP);
		jw_kbool(w, "must", m->flags & SHAPE_MUST);
		jw_kbool(w, "always", m->flags & (SHAPE_ALWAYS | SHAPE_MUST | SHAPE_TOKEN));
		jw_kbool(w, "bare", m->of && m->of->bare);
		jw_key(w, "of");
		put_tree(w, m->of);
		jw_object_end(w);
	}
	jw_array_end(w);
}

static void list(void)
{
	static const char *const classes[] = { "read", "paid", "write" };

	for (const AwsOp *const *op = aws_ops(); *op; op++) {
		Buf out = { 0 };
		JsonW w = jw_to(&out);

		jw_object(&w);
		jw_kstr(&w, "service", str_of((*op)->service->id));
		jw_kstr(&w, "op", str_of((*op)->name));
		jw_kstr(&w, "class", str_of(classes[(*op)->cls]));
		jw_kstr(&w, "permission", str_of((*op)->permission));
		jw_kstr(&w, "page_token", str_of((*op)->page_token));
		jw_kbool(&w, "stream", (*op)->stream);
		jw_kbool(&w, "raw", (*op)->raw);
		jw_kstr(&w, "last_event", str_of((*op)->last_event ? (*op)->last_event : (*op)->only_event));
		jw_kbool(&w, "idempotent", (*op)->idempotent);
		jw_kbool(&w, "custom", (*op)->encode != NULL && !(*op)->in);
		jw_kbool(&w, "custom_out", (*op)->decode != NULL);
		jw_key(&w, "in");
		put_tree(&w, (*op)->in);
		jw_key(&w, "out");
		put_tree(&w, (*op)->out);
		jw_object_end(&w);
		puts(buf_cstr(&out));
		buf_done(&out);
	}
}

static const AwsOp *find(Str service, Str name)
{
	for (const AwsOp *const *op = aws_ops(); *op; op++)
		if (str_is(service, (*op)->service->id) && str_is(name, (*op)->name))
			return *op;
	return NULL;
}

static void on_event(AwsCall *call, Str type, Str payload, void *arg)
{
	Run *run = arg;

	(void)call;
	jw_array(&run->w);
	jw_str(&run->w, type);
	jw_str(&run->w, payload);
	jw_array_end(&run->w);
}

static void on_done(AwsCall *call, const void *out, const AwsError *err, void *arg)
{
	Run *run = arg;
	Err e = { 0 };

	(void)call;
	jw_array_end(&run->w);
	if (err) {
		jw_key(&run->w, "error");
		jw_object(&run->w);
		jw_ki64(&run->w, "fault", err->fault);
		jw_ki64(&run->w, "status", err->status);
		jw_kstr(&run->w, "code", str_of(err->code));
		jw_kstr(&run->w, "text", str_of(err->err.text));
		jw_object_end(&run->w);
	} else {
		jw_key(&run->w, "out");
		if (out && run->op->decode && str_is(str_of(run->op->service->id), "dynamodb"))
			ddb_plain_out(&run->arena, run->op, out, &run->w);
		else if (!out || !run->op->out)
			jw_null(&run->w);
		else if (shape_put_json(run->op->out, SHAPE_PLAIN, out, &run->w, &e) < 0)
			jw_kstr(&run->w, "unprintable", str_of(e.text));
	}
	run->done = true;
}

static int prepare(Arena *a, Str line, Run *run, const void **in, Err *e)
{
	JsonVal root, input;
	Str service, name;

	if (jv_parse(a, line, LINE_MAX_BYTES, &root, e) < 0 || jv_str(root, "service", &service, e) < 0 ||
	    jv_str(root, "op", &name, e) < 0 || jv_object(root, "in", &input, e) < 0)
		return -1;
	if (!(run->op = find(service, name)))
		return err_set(e, "no operation %.*s %.*s", STR_ARG(service), STR_ARG(name));
	if (run->op->in) {
		void *filled = arena_alloc(a, run->op->in->size);

		*in = filled;
		return shape_take_json(a, run->op->in, SHAPE_PLAIN, input, filled, e);
	}
	*in = ddb_plain_in(a, run->op, input);
	return run->op->encode && !*in ? err_set(e, "its input has no shape") : 0;
}

static void serve(uv_loop_t *loop, AwsClient *client, Str line)
{
	Arena a = { 0 };
	Run run = { 0 };
	const void *in = NULL;
	Err e = { 0 };
	AwsHandler h = { .on_done = on_done, .on_event = on_event, .arg = &run };

	run.w = jw_to(&run.out);
	jw_object(&run.w);
	jw_key(&run.w, "events");
	jw_array(&run.w);
	if (prepare(&a, line, &run, &in, &e) < 0 || !aws_call(client, run.op, in, &h, &e)) {
		jw_array_end(&run.w);
		jw_kstr(&run.w, "refused", str_of(e.text));
		run.done = true;
	}
	while (!run.done)
		(void)uv_run(loop, UV_RUN_ONCE);
	jw_object_end(&run.w);
	puts(buf_cstr(&run.out));
	(void)fflush(stdout);
	buf_done(&run.out);
	arena_done(&run.arena);
	arena_done(&a);
}

int main(int argc, char **argv)
{
	uv_loop_t loop;
	Err e = { 0 };
	CredsAsk ask = { 0 };
	AwsClientSpec spec = { .context = STR("probe"), .paid = { .session_nusd = INT64_MAX, .day_nusd = INT64_MAX } };
	AwsCreds *creds;
	AwsClient *client;
	Http *http;
	char *line = NULL;
	size_t cap = 0;
	ssize_t n;

	if (argc > 1 && strcmp(argv[1], "--list") == 0) {
		list();
		return 0;
	}
	(void)uv_loop_init(&loop);
	if (!(http = http_new(&loop, &e)) || !(creds = creds_load(&ask, &e)) || !(client = aws_client_new(http, &spec, creds, &e))) {
		(void)fprintf(stderr, "aws_probe: %s\n", e.text);
		return 1;
	}
	while ((n = getline(&line, &cap, stdin)) > 0)
		serve(&loop, client, str_trim((Str){ line, (size_t)n }));
	free(line);
	aws_client_free(client);
	http_close(http, NULL, NULL);
	(void)uv_run(&loop, UV_RUN_DEFAULT);
	return uv_loop_close(&loop) == 0 ? 0 : 1;
}
