#include "aws/fault.h"

#include <inttypes.h>
#include <stdio.h>

#include "aws/remedy.h"

/* "DynamoDB Query in 111122223333/eu-west-1" */
static void who(const FaultPlace *at, char *out, size_t size)
{
	(void)snprintf(out, size, "%s %s in %s%s%s", at->op->service->name, at->op->name, at->account, *at->account ? "/" : "", at->region);
}

/* "(AccessDeniedException, request 1e5b…)" */
static void proof(const Fault *f, char *out, size_t size)
{
	(void)snprintf(out, size, f->request_id[0] ? "(%s, request %s)" : "(%s)", f->code, f->request_id);
}

void fault_lacks(const Fault *f, const AwsOp *op, char out[80])
{
	const char *by;

	out[0] = 0;
	if (f->fault != AWS_DENIED)
		return;
	denial_read(f->message, out, &by);
	if (!out[0] && op->permission)
		(void)snprintf(out, 80, "%s", op->permission);
}

static void denied(const Fault *f, const FaultPlace *at, const char *call, const char *id, Err *e)
{
	char action[80];
	const char *by;

	denial_read(f->message, action, &by);
	if (by)
		(void)err_set(e, "%s was refused: %s does not allow %s%s%s %s; ask whoever manages it", call, by,
		              action[0] ? action : at->op->permission ? at->op->permission : "it", *at->about ? " on " : "", at->about, id);
	else
		(void)err_set(e, "%s was refused: the role lacks %s%s%s %s; add it to the role's policy", call,
		              action[0] ? action : at->op->permission ? at->op->permission : "the permission", *at->about ? " on " : "",
		              at->about, id);
}

static void bad_credentials(const Fault *f, const FaultPlace *at, const char *call, const char *id, Err *e)
{
	Str code = str_of(f->code);

	if (str_is(code, "InvalidSignatureException") || str_is(code, "SignatureDoesNotMatch") || str_is(code, "AuthFailure"))
		(void)err_set(e, "%s: the signature is wrong, so the secret key from %s does not belong to its access key %s; "
		              "check AWS_SECRET_ACCESS_KEY or the profile", call, at->creds_source, id);
	else
		(void)err_set(e, "%s: AWS does not know the access key from %s %s; check the key, and that a temporary one has "
		              "its session token", call, at->creds_source, id);
}

static void expired(const Fault *f, const FaultPlace *at, const char *call, const char *id, Err *e)
{
	(void)f;
	(void)err_set(e, "%s: the session token from %s has expired %s; log in again", call, at->creds_source, id);
}

static void skewed(const Fault *f, const FaultPlace *at, const char *call, const char *id, Err *e)
{
	(void)f;
	(void)at;
	(void)err_set(e, "%s: this machine's clock and that of AWS differ too much %s; set the clock", call, id);
}

static void not_found(const Fault *f, const FaultPlace *at, const char *call, const char *id, Err *e)
{
	const char *hint = at->op->service->missing_hint;

	(void)f;
	(void)err_set(e, "%s: %s does not exist there %s; %s", call, *at->about ? at->about : "what was asked for", id,
	              hint ? hint : "check the name and the region");
}

static void throttled(const Fault *f, const FaultPlace *at, const char *call, const char *id, Err *e)
{
	(void)f;
	(void)err_set(e, "%s is throttled, also after %d tries %s; wait, or ask for a higher quota", call, at->attempts, id);
}

static void server(const Fault *f, const FaultPlace *at, const char *call, const char *id, Err *e)
{
	(void)err_set(e, "%s failed inside AWS after %d %s%s%s %s; try again later", call, at->attempts,
	              at->attempts == 1 ? "try" : "tries", f->message[0] ? ": " : "", f->message, id);
}

static void condition(const Fault *f, const FaultPlace *at, const char *call, const char *id, Err *e)
{
	(void)f;
	(void)err_set(e, "%s: %s%s is no longer as it was when it was read %s; read it again", call,
	              str_starts(str_of(at->about), STR("table")) ? "the item in " : "", *at->about ? at->about : "the item", id);
}

static void validation(const Fault *f, const FaultPlace *at, const char *call, const char *id, Err *e)
{
	(void)at;
	(void)err_set(e, "%s was not accepted: %s %s", call, f->message[0] ? f->message : "the request is not valid", id);
}

static void other(const Fault *f, const FaultPlace *at, const char *call, const char *id, Err *e)
{
	if (f->status >= 300 && f->status < 400)
		(void)err_set(e, "%s was redirected (status %d), which is not followed %s; check the region and the endpoint", call,
		              f->status, id);
	else if (f->misdirected)
		(void)err_set(e, "%s came to a machine that does not answer for %s %s; check the endpoint and any proxy", call,
		              at->endpoint, id);
	else
		(void)err_set(e, "%s failed: %s %s", call, f->message[0] ? f->message : "no reason given", id);
}

static void unchanged(const Fault *f, const FaultPlace *at, const char *call, const char *id, Err *e)
{
	(void)f;
	(void)err_set(e, "%s: %s is as it was %s", call, *at->about ? at->about : "what was asked for", id);
}

static void garbage(const Fault *f, const FaultPlace *at, const char *call, const char *id, Err *e)
{
	(void)id;
	if (f->html)
		(void)err_set(e, "%s: a web page came instead of an answer from AWS (status %d); a proxy may want a login: check "
		              "HTTPS_PROXY, or %s in a browser", call, f->status, at->endpoint);
	else
		(void)err_set(e, "%s: the answer cannot be read: %s (status %d%s%s)", call,
		              f->message[0] ? f->message : "not what this call answers", f->status,
		              f->request_id[0] ? ", request " : "", f->request_id);
}

static void torn(const Fault *f, const FaultPlace *at, const char *call, const char *id, Err *e)
{
	(void)id;
	(void)at;
	(void)err_set(e, "%s: the answer broke off%s%s%s%s; try again", call, f->message[0] ? ": " : "", f->message,
	              f->request_id[0] ? ", request " : "", f->request_id);
}

static void cancelled(const Fault *f, const FaultPlace *at, const char *call, const char *id, Err *e)
{
	(void)f;
	(void)at;
	(void)id;
	(void)err_set(e, "%s was cancelled", call);
}

static void (*const by_fault[])(const Fault *, const FaultPlace *, const char *, const char *, Err *) = {
	[AWS_THROTTLED] = throttled, [AWS_DENIED] = denied, [AWS_BAD_CREDENTIALS] = bad_credentials, [AWS_EXPIRED] = expired,
	[AWS_SKEWED] = skewed, [AWS_NOT_FOUND] = not_found, [AWS_CONDITION] = condition, [AWS_VALIDATION] = validation,
	[AWS_SERVER] = server, [AWS_TORN] = torn, [AWS_GARBAGE] = garbage, [AWS_CANCELLED] = cancelled, [AWS_OTHER] = other,
	[AWS_UNCHANGED] = unchanged,
};

static void no_answer(const Fault *f, HttpFault transport, const FaultPlace *at, const char *call, Err *e)
{
	const char *svc = at->op->service->name, *op = at->op->name, *why = f->message;

	switch (transport) {
	case HTTP_DNS: case HTTP_DNS_SILENT:
		(void)err_set(e, "cannot find the host of %s for %s %s: %s; check the region, --endpoint-url and the network",
		              at->endpoint, svc, op, why);
		break;
	case HTTP_CONNECT:
		(void)err_set(e, "cannot reach %s for %s %s: %s; check --endpoint-url and that the server runs", at->endpoint, svc, op, why);
		break;
	case HTTP_PROXY_LOGIN:
		(void)err_set(e, "cannot reach %s for %s %s: %s; put name and password into HTTPS_PROXY and start again", at->endpoint,
		              svc, op, why);
		break;
	case HTTP_HANDSHAKE:
		(void)err_set(e, "no TLS connection to %s for %s %s after %d %s: %s; check that the endpoint speaks TLS 1.2 or later, and "
		              "any proxy", at->endpoint, svc, op, at->attempts, at->attempts == 1 ? "try" : "tries", why);
		break;
	case HTTP_TLS:
		(void)err_set(e, "no trusted connection to %s for %s %s: %s; check AWS_CA_BUNDLE, the clock and any proxy", at->endpoint,
		              svc, op, why);
		break;
	case HTTP_TIMEOUT:
		(void)err_set(e, "%s got no answer in time from %s; try again, or narrow the question", call, at->endpoint);
		break;
	case HTTP_SLOW:
		(void)err_set(e, "%s: %s stopped sending; check the network", call, at->endpoint);
		break;
	case HTTP_TOO_BIG:
		(void)err_set(e, "%s: the answer is bigger than this program takes; narrow the question", call);
		break;
	default:
		(void)err_set(e, "%s failed on the way to %s: %s", call, at->endpoint, *why ? why : "no reason known");
		break;
	}
}

/* Whether the call was carried out is not known: the caller must look before it acts again. */
static bool outcome_unknown(const Fault *f, HttpFault transport, const AwsOp *op)
{
	if (op->cls != AWS_WRITE || transport == HTTP_DNS || transport == HTTP_DNS_SILENT || transport == HTTP_CONNECT ||
	    transport == HTTP_HANDSHAKE || transport == HTTP_TLS || transport == HTTP_PROXY_LOGIN)
		return false;
	return transport != HTTP_OK || f->fault == AWS_SERVER || f->fault == AWS_TORN || (f->fault == AWS_GARBAGE && !f->html);
}

void fault_sentence(const Fault *f, HttpFault transport, const FaultPlace *at, Err *e)
{
	const Remedy *remedy = transport == HTTP_OK && f->fault != AWS_GARBAGE && !f->html ? remedy_find(f, at->op->service, at->region) : NULL;
	char call[200], id[200];

	who(at, call, sizeof call);
	proof(f, id, sizeof id);
	if (transport != HTTP_OK && transport != HTTP_TORN && transport != HTTP_CANCELLED)
		no_answer(f, transport, at, call, e);
	else if (remedy)
		remedy_say(remedy, f, at, call, id, e);
	else if (f->fault < sizeof by_fault / sizeof *by_fault && by_fault[f->fault])
		by_fault[f->fault](f, at, call, id, e);
	else
		other(f, at, call, id, e);
	if (outcome_unknown(f, transport, at->op))
		e->kind = ERR_UNKNOWN;
}

void fault_retry_sentence(const Fault *f, const AwsService *s, int64_t wait_ms, char *out, size_t size)
{
	const char *name = s->busy_name ? s->busy_name : s->name;
	char when[40];

	if (wait_ms < 1000)
		(void)snprintf(when, sizeof when, "trying again");
	else
		(void)snprintf(when, sizeof when, "trying again in %" PRId64 " s", (wait_ms + 999) / 1000);
	if (f->throttled || f->fault == AWS_THROTTLED)
		(void)snprintf(out, size, "%s is busy, %s", name, when);
	else if (f->fault == AWS_EXPIRED)
		(void)snprintf(out, size, "the credentials have expired, fetching new ones");
	else if (f->may_be_skew)
		(void)snprintf(out, size, "this machine's clock is off, signing with the time of AWS, %s", when);
	else if (f->fault == AWS_NETWORK)
		(void)snprintf(out, size, "%s cannot be reached, %s", name, when);
	else if (f->fault == AWS_TORN)
		(void)snprintf(out, size, "the answer of %s broke off, %s", name, when);
	else
		(void)snprintf(out, size, "%s has a fault of its own, %s", name, when);
}
