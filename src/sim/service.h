/* What the simulated services share: one call, its answer in the shape of its protocol, streams, the clock.
 * Source of the shapes: Smithy's protocol definitions (awsJson 1.0 and 1.1, restJson1, awsQuery). */
#ifndef SIM_SERVICE_H
#define SIM_SERVICE_H

#include <uv.h>

#include "base/arena.h"
#include "net/httpd.h"
#include "sim/ddb.h"
#include "sim/fleet.h"
#include "sim/fleet_ids.h"
#include "sim/sim.h"
#include "wire/jsonval.h"

#define SIM_ACCOUNT "000000000000"
#define SIM_REGION  "us-east-1"
#define SIM_CALLER  "arn:aws:sts::000000000000:assumed-role/simulated/console"
#define SIM_CALLER_ID "AROASIMULATEDEXAMPLE:console"

typedef enum SimProto { PROTO_JSON10, PROTO_JSON11, PROTO_REST, PROTO_QUERY, PROTO_XML } SimProto;

/* Who signed. Data is the same for every account and region; ARNs and GetCallerIdentity are the caller's. */
typedef struct SimCaller {
	Str  account, arn, user_id;
	bool role;                           /* with the keys of a role session */
} SimCaller;

/* What a call's answer leaves through (sim/deliver.h). */
typedef struct Outlet Outlet;

typedef struct SimCall {
	Sim *sim;
	HttpdConn *conn;
	const HttpdRequest *rq;
	Arena   *arena;                      /* lives as long as the call */
	SimProto proto;
	Str      operation;                  /* X-Amz-Target's, or Action; REST services look at method and path */
	Str      path;                       /* that rows are matched with: the request's, but for buckets in host names */
	JsonVal  body;                       /* JSON protocols: an object */
	char     request_id[FLEET_UUID];
	int64_t  now_ms;                     /* of the fleet's clock */
	const char *signing;                 /* the service's signing name */
	FaultPlan plan;
	SimCaller who;
	int      status;                     /* of success, where it is not 200: a handler sets it */
	Str      region;                     /* that the request is signed for */
	/* Of the work that was done, whatever fault the answer meets: the status, 0 before the answer; the body of an error. */
	int      answered;
	Str      error;
	const void *input;                   /* of a row: the decoded input */
	Str      head_body;                  /* HEAD: what GET would send; only its length leaves */
} SimCall;

typedef struct SimService {
	const char *target;                  /* before the dot of X-Amz-Target; NULL: not by target */
	const char *signing;
	SimProto    proto;
	bool        raw_body;                /* the service reads the bytes itself */
	void      (*handle)(SimCall *c);
} SimService;

/* Rows of a service's operation table. */
typedef struct SimOperation { const char *name; void (*run)(SimCall *c); } SimOperation;
void sim_run(SimCall *c, const SimOperation *table, size_t n);     /* or the protocol's unknown-operation error */

Str  sim_header(const HttpdRequest *rq, const char *name);         /* lower case; empty when absent */
void sim_answer(SimCall *c, Str body);                             /* 200, the protocol's content type */
void sim_answer_as(SimCall *c, int status, Str body, const char *extra_name, Str extra_value);
/* With headers of its own; content-type is the protocol's unless one is among them. */
void sim_reply(SimCall *c, int status, const HttpHeader *headers, size_t n, Str body);
/* The error in the shape of the call's protocol. message is for people. */
void sim_fail(SimCall *c, int status, const char *code, const char *message);
/* Of services that have both: the JSON protocol's own name, and the code of the query protocol (x-amzn-query-error). */
void sim_fail_query(SimCall *c, int status, const char *code, const char *query_code, const char *message);
void sim_put_xml(Buf *out, Str text);                              /* escaped */
void sim_fail_err(SimCall *c, const char *code, const Err *e);     /* 400 with what went wrong */
void sim_unknown(SimCall *c);

/* A long answer, driven by a timer. Embedded as first member in what a service keeps for it (heap). It may be over after
 * any sim_stream_put: that is no matter for the service, which goes on until its next tick does not come. */
typedef struct SimStream SimStream;
struct SimStream {
	Sim       *sim;
	Outlet    *out;                      /* NULL once the client is gone or the body complete */
	uv_timer_t timer;
	SimStream *next;
	void     (*tick)(SimStream *s);
	void     (*done)(SimStream *s);      /* frees it; never before the timer is closed */
};
void sim_stream_begin(SimCall *c, SimStream *s, uint64_t every_ms);    /* head sent, first tick at once */
void sim_stream_begin_with(SimCall *c, SimStream *s, uint64_t every_ms, const HttpHeader *extra);     /* NULL: none */
void sim_stream_begin_as(SimCall *c, SimStream *s, uint64_t every_ms, const HttpHeader *headers, size_t n);     /* all of them */
void sim_stream_put(SimStream *s, Str frames);                         /* one or more whole frames; copied */
void sim_stream_end(SimStream *s);       /* the body is complete */
void sim_stream_close_all(Sim *sim);

struct LogStore;
struct MetricStore;
struct CacheMark;
struct Roles;
struct Queries;
/* Zeroed memory of one service that lives as long as the region: its state. owner: the address of its table. What hangs
 * below it goes into sim_keep, the region's own arena. */
void  *sim_slot(Sim *s, const void *owner, size_t size);
Arena *sim_keep(Sim *s);
/* What a slot holds on the heap: fn(arg) at the end of the region. */
void   sim_at_close(Sim *s, void (*fn)(void *arg), void *arg);
Fleet *sim_fleet(Sim *s);
Ddb   *sim_ddb(Sim *s);
struct LogStore    *sim_logs(Sim *s);
struct MetricStore *sim_metrics(Sim *s);
struct CacheMark   *sim_cache_marks(Sim *s);
struct Roles     *sim_roles(Sim *s);
struct Queries  **sim_queries(Sim *s);
SimStream **sim_streams(Sim *s);
Outlet    **sim_outlets(Sim *s);
const SimFaults *sim_faults(const Sim *s);
int64_t    sim_wall(const Sim *s);       /* what the server takes for the time of day: the wall clock and its skew */
uv_loop_t *sim_loop(Sim *s);
uint64_t   sim_seed(const Sim *s);
int64_t    sim_start(const Sim *s);      /* where the fleet's clock began */
int64_t    sim_now(const Sim *s);        /* the fleet's clock; never past the wall clock */

void svc_sts(SimCall *c);
void svc_logs(SimCall *c);
void svc_cloudwatch(SimCall *c);
void svc_bedrock(SimCall *c);
void svc_dynamodb(SimCall *c);

/* The registry as clients have left it decides where arrivals go. */
void registry_seed(Sim *s);
void registry_follow(Sim *s);            /* after a write: reads the pointers back */
void registry_release(Sim *s, int64_t release_ms, unsigned agent);     /* the scenario's own move */

#endif
