/* One context, ready to talk: configuration, credentials, client, price table, and where its files are. Shared by the
 * console and every command. */
#ifndef APP_SESSION_H
#define APP_SESSION_H

#include <uv.h>

#include "app/own_cost.h"
#include "app/sent.h"
#include "app/spent.h"
#include "aws/aws.h"
#include "chat/chat.h"
#include "conf/config.h"
#include "store/store.h"

/* What the sessions of one program have in common: the configuration, one HTTP client. */
typedef struct Shared {
	Arena arena;                      /* of everything configured */
	uv_loop_t *loop;
	Config conf;
	Http *http;
	Bucket bucket;                    /* limits.api_calls_per_minute, of all its clients together */
	int  partings;                    /* see session_part */
	bool closing;
} Shared;

/* demo: the user's configuration does not count. After -1 there is nothing to close, as with session_open. */
int  shared_open(Shared *h, uv_loop_t *loop, const char *config_path, bool demo, Err *e);
void shared_close(Shared *h);         /* after its sessions; shared_done once the loop is empty */
void shared_done(Shared *h);

typedef struct SessionSpec {
	Shared *shared;                   /* NULL: the session opens one of its own */
	const char *config_path;          /* NULL: the usual place */
	Str  context, profile, region, endpoint_url;
	Str  mfa_code;                    /* --mfa-code */
	bool read_only, write;            /* --readonly, --write */
	bool demo;                        /* no user config, no AWS variables: keys and endpoint are given below */
	Str  access_key, secret_key;
} SessionSpec;

/* How far ui.time_zone is ahead of UTC at that time. On the loop thread. */
int64_t zone_offset_ms(const Config *c, int64_t now_ms);

/* The contexts that spec names (config_contexts). Flags that choose profile, Region, endpoint or a code go with one. */
int session_list(const Shared *h, const SessionSpec *spec, const ConfContext **out, size_t max, size_t *n, Err *e);

typedef struct Session {
	Arena arena;
	uv_loop_t *loop;
	Shared *shared, own;              /* own: when none was given */
	const Config *conf;
	const ConfContext *ctx;
	LedgerMode ledger;
	PriceTable prices;                /* use session_prices */
	char *prices_note;                /* NULL, or what is wrong with the list of prices; after session_prices */
	Str   prices_endpoint;            /* that the Price List is asked at; empty: AWS's own */
	AwsClient *aws;
	Spent spent;                      /* by paid calls */
	Sent  sent;                       /* when models were asked */
	const char *paid_off;             /* why no model is asked in this context, with the remedy; NULL: they are */
	OwnCost own_cost;                 /* of all its calls */
	char *store_path;                 /* NULL: nowhere to keep a snapshot */
	bool  demo, read_only;
	bool  unlockable;                 /* a typed name may open it for one action, though it is read-only (app/consent.h) */
	Str   stage;
	char  account[16];                /* from GetCallerIdentity; empty until it answered */
	char  found[16];                  /* whose the keys are when that is another account than the configured one */
	char  notice[240];                /* what goes elsewhere or comes from elsewhere than was chosen; empty: nothing */
	bool  grave;                      /* the notice is about where signed requests go */
	char  arn[256];
	int   partings;
	bool  closing;                    /* as soon as these are over */
	void (*parted)(void *arg); void *parted_arg;      /* then, when it was closing */
} Session;

/* Reads the configuration (unless it is shared) and credentials; does no network and does not load the network library. After -1 there is nothing
 * to close, but the loop must run until it is empty before it can be closed. */
int  session_open(Session *s, uv_loop_t *loop, const SessionSpec *spec, Err *e);
/* Cancels what is in flight: callbacks still come while the loop runs on until it is empty. Then session_done. */
void session_close(Session *s);
void session_done(Session *s);
/* Something must still be said to AWS before the connection goes: session_close waits for session_parted, once for each, and the shared
 * client with it. Whoever begins it sees to its end within seconds. */
void session_part(Session *s);
void session_parted(Session *s);
/* Both show the same account, Region and tables: what they say is one thing and counts once. */
bool session_same_place(const Session *x, const Session *y);
/* Configuration and person allow it, and AWS has named the configured account for the keys of now. */
bool session_may_write(const Session *s);
Str  session_region(const Session *s);
/* Whether n more requests to models fit into a minute of all runs: ERR_REFUSED says when. For ChatHost.rate. */
int  session_rate(Session *s, size_t n, ChatRate how, Err *e);
/* Whose keys a context works with; strings live in a. --profile stands in place of whatever the context says about them. */
CredsAsk session_creds_ask(Arena *a, const ConfContext *c, const SessionSpec *spec);
/* The prices that hold for this context, read when the first call is priced: the first paint does not wait for it. On the loop thread. */
const PriceTable *session_prices(Session *s);
int64_t session_prices_day(const Session *s);     /* when its list prices were looked at; 0: not read yet, or not known */
/* What its totals are: "est list", "est net", "reported". Of what the configuration says alone, so it costs nothing. */
const char *session_basis(const Session *s, int64_t now_ms);

/* Where the journal ("journal.db") and the audit file ("audit.jsonl") of a context are; the folder is made. To free. */
int session_state_path(const Session *s, const char *end, char **out, Err *e);

#endif
