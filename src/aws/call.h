/* One call from aws_call to on_done. Inner header: client.c keeps the calls and their order, call.c leads one through
 * its tries, send.c signs and sends, answer.c reads what came, stream.c takes event streams apart. */
#ifndef AWS_CALL_H
#define AWS_CALL_H

#include "aws/aws.h"
#include "aws/endpoint.h"
#include "aws/fault.h"
#include "aws/retry.h"
#include "wire/text.h"

enum {
	CALLS_PER_SERVICE = 8,              /* at once; more wait in the order of aws_call */
	CALL_TOTAL_MS = 60000,
	SKEW_MIN_MS = 5 * 60 * 1000,        /* the services' own tolerance */
	SKEW_MAX_MS = 24 * 60 * 60 * 1000,  /* beyond it a clock is broken, not off */
	BODY_MAX = 8 << 20,                 /* a page of DynamoDB or Logs is 1 MB, at worst six times that as JSON; many run at once */
};

struct AwsClient {
	Http *http;
	AwsCreds *creds;
	SigCache *keys;
	Arena arena;                        /* lives as long as the client */
	Str region, endpoint_url;
	const char *ca_file;
	char account[16];
	char expected[16], found[16];       /* account that keys must belong to, and that of the last ones that did not */
	int  confirmed;                     /* generation of keys that AWS has named that account for; -1: none */
	bool guarded;
	bool allow_foreign, read_only, unlockable, fetches_keys, closing, fips, dualstack;
	int max_attempts, concurrent;
	int64_t (*now_ms)(void *); void *now_arg;
	int64_t skew_ms;                    /* AWS's clock minus ours; for signing only */
	int64_t calls_made;
	RetryBudget budget;
	AwsPaid paid;
	int64_t spent_nusd;
	AwsMeter meter;
	Bucket *bucket;
	uv_timer_t pace;                    /* runs when calls wait for the bucket; open with a bucket only */
	Breakers *breakers, *own_breakers;  /* own: NULL when they are another client's */
	struct SeenRow *seen;
	AwsCall *first, *last;              /* not yet done, in the order of aws_call */
	int shells;                         /* calls whose memory still stands */
};

/* KEYLESS: credentials are being fetched. */
typedef enum CallState { CALL_QUEUED, CALL_KEYLESS, CALL_SENDING, CALL_WAITING, CALL_DONE } CallState;

struct AwsCall {
	AwsClient *client;
	AwsCall *next, *prev;
	const AwsOp *op;
	AwsHandler h;
	AwsParts parts;
	CallState state;
	bool cancelled, skew_corrected, renewed;   /* renewed: other keys were asked for on its account */
	bool elsewhere;                     /* the next try gets a connection of its own */
	int64_t keyless_ms;                 /* monotonic: since when */
	int generation;                     /* of the keys when it was asked for; 0: there were none yet */
	int attempt;                        /* of the try under way or just ended; 1 is the first */
	int retry_cost;
	int64_t signed_skew_ms;             /* the client's offset when this try was signed: another call may correct it meanwhile */
	int64_t deadline_ms;                /* monotonic; 0: none */
	char invocation[UUID_TEXT];   /* the same for all tries */
	char request_id[80];
	char key[132];                      /* key id that the try was signed with */
	uv_timer_t timer;
	HttpRequest *rq;
	int holds;                          /* timer handle, request: memory stays until both have let go */
	char *endpoint;                     /* for messages */
	char region[41];                    /* that it is signed for: not the client's for a service of few Regions */
	Breaker *breaker;                   /* of where it goes; NULL until encoded */
	int64_t reserved_nusd;              /* of the client's spent_nusd */
	int64_t charge_pusd;                /* what asking costs, once it is answered */
	int64_t opened_ms, minutes;         /* of a stream that costs by the minute: since when (monotonic), how many were told */
	int64_t held_ms;                    /* monotonic: since when it waits for the bucket; 0: it does not */
	bool unbegun;                       /* the fault says that the service did not begin */
	bool probe, sent;                   /* probe: it decides for the others. sent: a request was on its way */

	/* Streams, one try. */
	Buf frames;
	bool delivered, saw_last;
	Fault stream_fault;                 /* fault != AWS_OK: the stream ended itself */
};

/* client.c */
void client_unlink(AwsCall *call);
void client_start_queued(AwsClient *c);
void client_shell_gone(AwsClient *c);
EndpointAsk client_ask(const AwsClient *c, const AwsService *s, const char *host_prefix, Str bucket);
void client_random(void *out, size_t n);   /* of the kernel; zeros if it has none. For jitter and names, not for secrets */

/* call.c */
int  call_begin(AwsCall *call, Err *e);                    /* the first try */
void call_begin_queued(AwsCall *call);                     /* the same on the loop: a failure goes to on_done */
void call_on_timer_closed(uv_handle_t *h);
void call_finish(AwsCall *call, const void *out, const AwsError *err);
void call_fail(AwsCall *call, const Fault *f, HttpFault transport, Str body);
void call_cancel_now(AwsCall *call);
void call_on_creds(void *client, const Err *why);          /* keys are there, or will not come */
void call_release(AwsCall *call);                          /* one hold less; frees at none */

/* settings.c */
int settings_read(AwsClient *c, const AwsClientSpec *spec, Err *e);   /* ERR_USAGE names the variable or key */

/* gate.c */
void gate_identity(AwsClient *c, Str access, Str account);  /* AWS has said whose key this is */
int  gate_allow(const AwsClient *c, const AwsOp *op, bool unlocked, Err *e);      /* the class of the row */
int  gate_reserve(AwsCall *call, Err *e);                  /* room under the caps; taken */
int  gate_find(AwsCall *call, Err *e);                     /* finds the call's breaker */
bool gate_must_wait(const AwsCall *call);                  /* for a probe to come back */
bool gate_held(const AwsCall *call);                       /* for room in the bucket */
void gate_pace(AwsClient *c);                              /* calls that are held begin when there is room */
void gate_charge(AwsCall *call, const void *out, const AwsError *err);      /* at the end: what it did cost */
void gate_sent(AwsCall *call);                             /* one request is on its way */
void gate_stream(AwsCall *call);                           /* an event came: minutes of the stream are counted */
int  gate_pass(AwsCall *call, Err *e);                     /* before each try; -1: refused, nothing is sent */
void gate_settle(AwsCall *call, const AwsError *err);      /* once, at the end; err NULL with nothing sent: it never began */
void gate_alive(AwsCall *call);                      /* it answers, though the call is not over; may start others */

/* send.c */
/* The API key of the models lets it in, not a signature. Never a write: whose the API key is AWS does not tell, and what
 * writes goes out with the keys whose identity was checked. Borrowed; empty: it is signed. */
Str  call_bearer(const AwsCall *call);
int  call_send(AwsCall *call, void (*on_done)(HttpRequest *, const HttpReply *, void *), Err *e);
int64_t client_now_ms(const AwsClient *c);

/* answer.c: after the answer *f says how it went; fault AWS_OK: *out is decoded (or NULL for rows without a decoder). */
void answer_read(AwsCall *call, const HttpReply *reply, Arena *a, void **out, Fault *f);
/* True when the Date of the answer says that our clock is off; *skew_ms is then AWS minus ours. */
bool answer_shows_skew(const AwsCall *call, const HttpReply *reply, int64_t *skew_ms);

/* seen.c */
void seen_note(AwsCall *call, const HttpReply *reply);     /* each answer, whatever it says */

/* stream.c */
void stream_reset(AwsCall *call);
int  stream_piece(AwsCall *call, Str piece);               /* 0, or -1: stream_fault says why to stop */
void stream_end(AwsCall *call, const HttpReply *reply, Fault *f);

#endif
