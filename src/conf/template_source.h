/* Where prompt templates are kept: the entries of sources.templates. */
#ifndef CONF_TEMPLATE_SOURCE_H
#define CONF_TEMPLATE_SOURCE_H

#include "conf/schema.h"

typedef enum TemplateKind { TEMPLATE_LOCAL, TEMPLATE_S3, TEMPLATE_SECRETS, TEMPLATE_BEDROCK, TEMPLATE_DYNAMODB, TEMPLATE_SSM,
	TEMPLATE_KINDS } TemplateKind;
extern const char *const template_kinds[TEMPLATE_KINDS + 1];       /* "local" … as they are written */

typedef struct TemplateSource {
	TemplateKind kind;
	Str  path;                   /* local: a folder; "~/" is the home */
	Str  bucket;                 /* s3 */
	Str  table;                  /* dynamodb; empty: the agents table */
	Str  prefix;                 /* s3: of keys; secretsmanager: of names; dynamodb: of agents; ssm: a path, "/prompts" */
	Str  key;                    /* the KMS key whose signatures are trusted; empty: none is */
	Str  environment;            /* that they must be signed for; empty: the context's stage */
} TemplateSource;

extern const SettingList template_source_list;
/* What holds when nothing is written. */
extern const TemplateSource template_sources_default[];
extern const size_t template_sources_default_n;

#endif
