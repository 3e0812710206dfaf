/* The section `answer_cache` of config.yaml. */
#ifndef CONF_ANSWER_CACHE_H
#define CONF_ANSWER_CACHE_H

#include <stdbool.h>
#include <stdint.h>

typedef struct ConfAnswerCache {
	bool    enabled;                         /* false */
	int64_t ttl_ms, static_ms;               /* 5 min; 1 h */
	int64_t stale_ms;                        /* 5 min */
	int64_t memory_mb, disk_mb;              /* 32, 256 */
	int64_t memory_bytes, disk_bytes;        /* of those */
} ConfAnswerCache;

#endif
