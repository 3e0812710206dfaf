/* One context, ready to talk: configuration, credentials, client, price table, and where its files are. Shared by the
 * console and every command. */
#ifndef APP_SESSION_H
#define APP_SESSION_H

#include <uv.h>

#include "aws/aws.h"
#include "conf/config.h"
#include "store/store.h"

typedef struct SessionSpec {
	const char *config_path;          /* NULL: the usual place */
	Str  context, profile, region, endpoint_url;
	Str  mfa_code;                    /* --mfa-code */
	bool read_only, write;            /* --readonly, --write */
	bool demo;                        /* no user config, no AWS variables: keys and endpoint are given below */
	Str  access_key, secret_key;
} SessionSpec;

typedef struct Session {
	Arena arena;                      /* of everything configured */
	uv_loop_t *loop;
	Config conf;
	const ConfContext *ctx;
	PriceTable prices;                /* use session_prices */
	LedgerMode ledger;
	Http *http;
	AwsClient *aws;
	char *store_path;                 /* NULL: nowhere to keep a snapshot */
	bool  demo, read_only;
	Str   stage;
	char  account[16];                /* from GetCallerIdentity; empty until it answered */
	char  arn[256];
} Session;

/* Reads configuration and credentials; does no network and does not load the network library. After -1 there is nothing
 * to close, but the loop must run until it is empty before it can be closed. */
int  session_open(Session *s, uv_loop_t *loop, const SessionSpec *spec, Err *e);
/* Cancels what is in flight: callbacks still come while the loop runs on until it is empty. Then session_done. */
void session_close(Session *s);
void session_done(Session *s);
Str  session_region(const Session *s);
/* The price table, read when the first call is priced: the first paint does not wait for it. On the loop thread. */
const PriceTable *session_prices(Session *s);

#endif
