#include "aws/seen.h"

#include "aws/call.h"
#include "base/clock.h"
#include "wire/time8601.h"

/* Made when an endpoint answers first; lives as long as the client. */
struct SeenRow { struct SeenRow *next; AwsSeen seen; };

static AwsSeen *row_of(AwsClient *c, const char *service, const char *endpoint)
{
	struct SeenRow **at = &c->seen;

	for (; *at; at = &(*at)->next)
		if ((*at)->seen.service == service && str_is(str_of(endpoint), (*at)->seen.endpoint))
			return &(*at)->seen;
	*at = ARENA_NEW(&c->arena, struct SeenRow);
	(*at)->seen = (AwsSeen){ .service = service, .endpoint = arena_cstr(&c->arena, str_of(endpoint)) };
	return &(*at)->seen;
}

/* Date has whole seconds and was written between the request's way out and the first byte: the middles are compared. */
static int64_t offset_of(const AwsClient *c, const HttpReply *reply, int64_t theirs)
{
	int64_t ago = clock_mono_ms() - (reply->sent_ms + reply->first_byte_ms) / 2;

	return theirs + 500 - (client_now_ms(c) - ago);
}

void seen_note(AwsCall *call, const HttpReply *reply)
{
	AwsSeen *s;
	int64_t theirs;

	if (!reply->status || !reply->first_byte_ms || !call->endpoint)
		return;
	s = row_of(call->client, call->op->service->name, call->endpoint);
	if (!s->answers++)
		s->first_ms = reply->first_byte_ms - reply->sent_ms;
	s->http_version = reply->http_version;
	if (time_parse_http(http_header(reply, "date"), &theirs) == 0) {
		s->dated = true;
		s->offset_ms = offset_of(call->client, reply, theirs);
	}
}

size_t aws_seen(const AwsClient *c, AwsSeen *out, size_t max)
{
	size_t n = 0;

	for (const struct SeenRow *row = c->seen; row && n < max; row = row->next)
		out[n++] = row->seen;
	return n;
}
