/* The host names that AWS's own rules give a service: partitions, FIPS, dual-stack, services that live in a few Regions
 * only, S3 buckets. Pure. Sources: the endpoint rule sets and partitions that the AWS SDKs publish; AWS General
 * Reference, "Service endpoints and quotas"; S3 User Guide, "Virtual hosting of buckets". */
#ifndef AWS_PARTITION_H
#define AWS_PARTITION_H

#include "base/arena.h"

typedef struct HostAsk {
	const char *name;             /* for the error: "S3" */
	const char *prefix;           /* of the service: "dynamodb", "api.pricing" */
	const char *op_prefix;        /* of the operation: "stream-"; NULL: none */
	Str  region;                  /* region_ok */
	Str  bucket;                  /* S3; empty: none */
	bool fips, dualstack;
} HostAsk;

typedef struct HostName {
	Str host;
	Str path;                     /* "/bucket" where the bucket cannot be part of the host; else empty */
	Str region;                   /* to sign for: not always the one that was asked for */
} HostName;

/* Results live in the arena. ERR_USAGE: a bucket that no host name or path can carry, S3 with FIPS in China. */
int  host_of_service(Arena *a, const HostAsk *ask, HostName *out, Err *e);
/* What a bucket's name may hold when it becomes part of a URL. */
int  bucket_check(Str bucket, Err *e);
/* "aws", "aws-cn", …: the second part of an ARN there. A Region that is not known belongs to "aws". */
const char *partition_name(Str region);
bool host_is_amazon(Str host);    /* below a domain of one of the partitions */

#endif
