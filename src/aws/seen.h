/* What the answers of a client's endpoints have told besides what was asked: how far their clock is from ours, how long
 * they took, which HTTP they speak. For doctor; nothing is decided by it. */
#ifndef AWS_SEEN_H
#define AWS_SEEN_H

#include "aws/aws.h"

typedef struct AwsSeen {
	const char *service, *endpoint;     /* borrowed from the client */
	int64_t answers;
	int64_t first_ms;                   /* of the first answer: from its request on the way to its first byte */
	bool    dated;
	int64_t offset_ms;                  /* of the newest answer's Date: their clock minus ours, good to about a second */
	int     http_version;               /* 10, 11, 20, 30; 0: nothing came */
} AwsSeen;

/* In the order of the first answers. Returns how many there are in out. */
size_t aws_seen(const AwsClient *c, AwsSeen *out, size_t max);

#endif
