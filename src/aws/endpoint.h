/* Where a service is: what was configured, else the regional default. Sources: AWS SDKs and Tools Reference Guide,
 * "Service-specific endpoints"; host names from the SDKs' endpoint rules. */
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
} EndpointAsk;

typedef struct Endpoint {
	Str url;                      /* "https://host:port/prefix", no slash at the end */
	Str host;                     /* Host header: with the port unless it is the scheme's */
	Str path;                     /* "/prefix" or empty */
	bool overridden;
	bool confidential;            /* https, or this machine */
} Endpoint;

/* Results live in the arena. ERR_USAGE for an unreadable URL, ERR_REFUSED for http or a foreign host without leave. */
int endpoint_find(Arena *a, const EndpointAsk *ask, Endpoint *out, Err *e);
bool region_ok(Str region);       /* letters, digits, '-': it becomes part of a host name */

#endif
