/* Where a service is: what was configured, else the default of aws/partition.h. Source: AWS SDKs and Tools Reference
 * Guide, "Service-specific endpoints", "Dual-stack and FIPS endpoints". */
#ifndef AWS_ENDPOINT_H
#define AWS_ENDPOINT_H

#include "aws/aws.h"

typedef struct EndpointAsk {
	const AwsService *service;
	const char *host_prefix;      /* of the operation; only put before default hosts. May be NULL */
	Str  region;
	Str  given;                   /* --endpoint-url or the context's; empty: none */
	const AwsCreds *creds;        /* for the profile's endpoint_url */
	bool allow_foreign;
	bool fips, dualstack;         /* of default hosts only */
	Str  bucket;                  /* S3; empty: none */
} EndpointAsk;

typedef struct Endpoint {
	Str url;                      /* "https://host:port/prefix", no slash at the end */
	Str host;                     /* Host header: with the port unless it is the scheme's */
	Str path;                     /* "/prefix", "/bucket", "/prefix/bucket" or empty */
	Str region;                   /* to sign for: of a service that is only in some Regions, the one that answers */
	bool overridden;
	bool confidential;            /* https, or this machine */
} Endpoint;

/* Results live in the arena. A bucket is part of the host by default, and of the path where its name or a configured
 * endpoint cannot have it there. ERR_USAGE for an unreadable URL or bucket, ERR_REFUSED for http or a foreign host without leave. */
int endpoint_find(Arena *a, const EndpointAsk *ask, Endpoint *out, Err *e);
/* localhost, 127.0.0.0/8 as a whole address, [::1]. */
bool host_is_loopback(Str host);
bool region_ok(Str region);       /* letters, digits, '-': it becomes part of a host name */

#endif
