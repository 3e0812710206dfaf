/* Models as AWS sells them: the fleet's and a dozen others, under the names of the Price List and of the bill.
 * Amazon's own and openly licensed models are sold as Amazon Bedrock, by the thousand tokens; models of the Marketplace
 * are services of their own, by the million. Sources: AWS Price List, AmazonBedrock and AmazonBedrockFoundationModels. */
#ifndef SIM_CATALOGUE_H
#define SIM_CATALOGUE_H

#include "base/arena.h"

enum { CATALOGUE_CLASSES = 5 };      /* in the order of Tokens */

typedef struct CatalogueModel {
	const char *id;                  /* without geography */
	const char *name, *provider;
	const char *usage;               /* in usage types: "NovaPro"; NULL: sold through the Marketplace */
	int32_t micro_usd[CATALOGUE_CLASSES];    /* per million tokens; 0: no such class */
	bool dearer;                     /* a tenth more than with a global profile, which is what micro_usd says */
} CatalogueModel;

extern const CatalogueModel catalogue[];
extern const size_t catalogue_n;

/* By any id, a geography before it or not; NULL: not sold here. */
const CatalogueModel *catalogue_find(Str id);
/* "Claude Haiku 4.5 (Amazon Bedrock Edition)" or "Amazon Bedrock". */
Str catalogue_service(Arena *a, const CatalogueModel *m);
/* code: the Region in usage types, "USE1". global: through a global profile. */
Str catalogue_usage_type(Arena *a, const CatalogueModel *m, unsigned tokens, const char *code, bool global);
/* Per million tokens. */
int64_t catalogue_micro_usd(const CatalogueModel *m, unsigned tokens, bool global);

#endif
