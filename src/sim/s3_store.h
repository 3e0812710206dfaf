/* Buckets and objects of the simulated account, with every version of each. They live as long as the region. */
#ifndef SIM_S3_STORE_H
#define SIM_S3_STORE_H

#include "api/s3.h"
#include "sim/service.h"

enum { S3_BUCKETS = 5, S3_META_MAX = 16, S3_VERSION_ID = 33 };

typedef struct S3Version {
	char id[S3_VERSION_ID];
	Str body, type;
	char etag[40];                     /* with quotes: MD5 of the body */
	uint32_t crc32;
	int64_t modified_ms;
	bool deleted;                      /* a delete marker */
	ShapePair meta[S3_META_MAX];
	size_t meta_n;
	struct S3Version *older;
} S3Version;

typedef struct S3Item { Str key; S3Version *newest; struct S3Item *next; } S3Item;      /* by key, byte order */

typedef struct S3Bucket {
	const char *name;
	const char *home;                  /* region; NULL: answers in every one, as the rest of the simulated region does */
	const char *kms_alias;             /* default encryption; NULL: AES256 */
	bool foreign;                      /* another account's: access denied */
	bool has_block;
	S3Block block;
	Str lifecycle;                     /* the XML that was put; empty: none */
	S3Item *first;
} S3Bucket;

S3Bucket  *s3_bucket_find(Sim *s, Str name);                /* NULL: there is none */
S3Item    *s3_item_find(const S3Bucket *b, Str key);
/* Copies what it is given into the region's own memory; the newest version of the key. */
S3Version *s3_put(Sim *s, S3Bucket *b, Str key, Str body, Str type, const ShapePair *meta, size_t n, int64_t now_ms);

#endif
