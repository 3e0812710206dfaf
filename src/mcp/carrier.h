/* What carries messages between a client and a server: a program's standard input and output, or HTTP. On the loop thread; no
 * callback comes from inside open or send. Sentences do not name the server: their reader does. */
#ifndef MCP_CARRIER_H
#define MCP_CARRIER_H

#include <uv.h>

#include "base/err.h"
#include "base/str.h"

struct Http;
typedef struct Carrier Carrier;

/* A request that will not be answered. */
typedef struct CarrierMiss {
	Err  err;
	bool not_done;                 /* the server has not begun it: asking again does no harm */
	bool again;                    /* asking again may help */
	int64_t after_ms;              /* the server wants to be left alone for so long; negative: it did not say */
} CarrierMiss;

typedef struct CarrierEvents {
	void (*on_message)(void *arg, Str json);       /* one message or batch, as it came */
	void (*on_miss)(void *arg, int64_t id, const CarrierMiss *miss);      /* also of a request that was answered: then it says nothing */
	void (*on_lost)(void *arg, const Err *why);    /* nothing comes or goes any more; once; carrier_close is still due */
	void *arg;
} CarrierEvents;

typedef struct CarrierSpec {
	uv_loop_t  *loop;
	/* One of the two. */
	char *const *argv, *const *env;      /* NULL-terminated, both; see net/child.h */
	const char *url;                     /* with http */
	struct Http *http;
	const char *bearer;                  /* with url: what Authorization carries; NULL: nothing */
} CarrierSpec;                           /* borrowed while the carrier is open */

typedef struct CarrierClass {
	Carrier *(*open)(const CarrierSpec *spec, const CarrierEvents *events, Err *e);
	/* id: of a request, so that it can be missed; 0: nothing comes back. -1: it did not leave, and never will. */
	int  (*send)(Carrier *c, Str message, int64_t id, Err *e);
	void (*forget)(Carrier *c, int64_t id);        /* nobody waits for it any more */
	void (*agreed)(Carrier *c, const char *version);     /* the server has been greeted in this version of the protocol */
	void (*close)(Carrier *c, void (*on_closed)(void *), void *arg);      /* no events after this; on_closed once all is gone */
	int  (*pid)(const Carrier *c);                 /* of the program; 0: none */
} CarrierClass;

extern const CarrierClass carrier_stdio, carrier_http;

#endif
