#include "cli/tools.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "cli/rawrequest.h"
#include "wire/jsonw.h"
#include "wire/sigv4.h"
#include "wire/time8601.h"

enum { REQUEST_MAX = 64 << 20 };

typedef struct SignOptions {
	SigCreds creds;
	SigScope scope;
	Str      date;
	unsigned flags;
} SignOptions;

enum { OPT_ACCESS_KEY = 256, OPT_SECRET_KEY, OPT_TOKEN, OPT_REGION, OPT_SERVICE, OPT_DATE, OPT_NO_NORMALIZE, OPT_SIGN_BODY, OPT_OMIT_TOKEN };

static const struct option flags[] = {
	{ "access-key", required_argument, NULL, OPT_ACCESS_KEY }, { "secret-key", required_argument, NULL, OPT_SECRET_KEY },
	{ "token", required_argument, NULL, OPT_TOKEN }, { "region", required_argument, NULL, OPT_REGION },
	{ "service", required_argument, NULL, OPT_SERVICE }, { "date", required_argument, NULL, OPT_DATE },
	{ "no-normalize", no_argument, NULL, OPT_NO_NORMALIZE }, { "sign-body", no_argument, NULL, OPT_SIGN_BODY },
	{ "omit-token", no_argument, NULL, OPT_OMIT_TOKEN }, { NULL, 0, NULL, 0 },
};

static int parse_flags(SignOptions *o, int argc, char **argv, Err *e)
{
	int c;

	optind = 0;   /* the command line before this tool may have been read with getopt as well */
	opterr = 0;
	while ((c = getopt_long(argc, argv, "+:", flags, NULL)) != -1) {
		switch (c) {
		case OPT_ACCESS_KEY:   o->creds.access_key = str_of(optarg); break;
		case OPT_SECRET_KEY:   o->creds.secret_key = str_of(optarg); break;
		case OPT_TOKEN:        o->creds.token = str_of(optarg); break;
		case OPT_REGION:       o->scope.region = str_of(optarg); break;
		case OPT_SERVICE:      o->scope.service = str_of(optarg); break;
		case OPT_DATE:         o->date = str_of(optarg); break;
		case OPT_NO_NORMALIZE: o->flags |= SIG_NO_NORMALIZE; break;
		case OPT_SIGN_BODY:    o->flags |= SIG_BODY_HEADER; break;
		case OPT_OMIT_TOKEN:   o->flags |= SIG_OMIT_TOKEN; break;
		case ':':              return err_set(e, "flag %s needs a value", argv[optind - 1]);
		default:               return err_set(e, "flag %s is not known", argv[optind - 1]);
		}
	}
	return optind < argc ? err_set(e, "takes flags only, the request comes on standard input; \"%s\" is neither", argv[optind]) : 0;
}

/* From the environment comes what no flag gave; the token only together with the access key that it belongs to. */
static void fill_from_environment(SignOptions *o)
{
	if (!o->creds.access_key.n) {
		o->creds.access_key = str_of(getenv("AWS_ACCESS_KEY_ID"));
		if (!o->creds.token.n)
			o->creds.token = str_of(getenv("AWS_SESSION_TOKEN"));
	}
	if (!o->creds.secret_key.n)
		o->creds.secret_key = str_of(getenv("AWS_SECRET_ACCESS_KEY"));
	if (!o->scope.region.n)
		o->scope.region = str_of(getenv("AWS_REGION"));
	if (!o->scope.region.n)
		o->scope.region = str_of(getenv("AWS_DEFAULT_REGION"));
}

static int check_options(const SignOptions *o, Err *e)
{
	if (!o->creds.access_key.n || !o->creds.secret_key.n)
		return err_set(e, "needs --access-key and --secret-key, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY");
	if (!o->scope.region.n || !o->scope.service.n)
		return err_set(e, "needs --region (or AWS_REGION) and --service");
	return 0;
}

static int parse_date(Str s, int64_t *ms, Err *e)
{
	if (time_parse_basic(s, ms) == 0 || time_parse_iso(s, ms) == 0)
		return 0;
	return err_set(e, "the date \"%.*s\" is not of the form 20150830T123600Z", STR_ARG(s));
}

/* Without --date the request's own x-amz-date counts, and without that the time is now. */
static int set_time(SignOptions *o, const SigRequest *rq, Err *e)
{
	if (o->date.n)
		return 0;
	for (size_t i = 0; i < rq->header_count; i++)
		if (str_eq_nocase(rq->headers[i].name, STR("x-amz-date")))
			return parse_date(str_trim(rq->headers[i].value), &o->scope.time_ms, e);
	o->scope.time_ms = clock_wall_ms();
	return 0;
}

static int print_result(const SigResult *r, Err *e)
{
	Buf out = { .max = 4 * REQUEST_MAX };
	JsonW w = jw_to(&out);
	int rc;

	jw_object(&w);
	jw_kstr(&w, "canonicalRequest", r->canonical_request);
	jw_kstr(&w, "stringToSign", r->string_to_sign);
	jw_kstr(&w, "signature", r->signature);
	jw_kstr(&w, "authorization", r->authorization);
	jw_object_end(&w);
	(void)buf_putc(&out, '\n');
	rc = out.full ? err_set(e, "the canonical request is too large to be shown") : fd_write_all(STDOUT_FILENO, out.p, out.n, e);
	buf_done(&out);
	return rc;
}

static int sign(SignOptions *o, Err *e)
{
	Arena a = { 0 };
	Buf text = { 0 };
	SigRequest rq = { 0 };
	SigResult result;
	int rc = -1;

	if (fd_read_all(STDIN_FILENO, &text, REQUEST_MAX, e) < 0 || rawrequest_parse(&a, buf_str(&text), &rq, e) < 0
	    || set_time(o, &rq, e) < 0)
		goto out;
	rq.flags = o->flags;
	if (sig_sign(&a, NULL, &o->creds, &o->scope, &rq, &result, e) == 0)
		rc = print_result(&result, e);
out:
	buf_done(&text);
	arena_done(&a);
	return rc;
}

/* `seismo tool sign`: what a service will compute over the raw request on standard input, step by step, as one JSON
 * object. For a service that refuses a signature the canonical request is the thing to compare. */
int tool_sign(int argc, char **argv)
{
	SignOptions o = { 0 };
	Err e = { 0 };
	int code = 0;

	if (parse_flags(&o, argc, argv, &e) < 0 || (o.date.n && parse_date(o.date, &o.scope.time_ms, &e) < 0))
		code = ERR_USAGE;
	fill_from_environment(&o);
	if (!code && check_options(&o, &e) < 0)
		code = ERR_USAGE;
	if (!code && sign(&o, &e) < 0)
		code = ERR_FAILED;
	if (code)
		(void)fprintf(stderr, "seismo tool %s: %s\n", argv[0], e.text);
	return code;
}
