/* The prompt templates of a context: read from where they are kept (conf/template_source.h), with the hash of each text and the verdict on
 * its signature (act/seal.h). Nothing is written anywhere. */
#ifndef TEMPLATE_TEMPLATES_H
#define TEMPLATE_TEMPLATES_H

#include "act/seal.h"
#include "conf/template_source.h"

enum { TEMPLATES_MAX = 2000, TEMPLATE_LABELS = 20 };

typedef struct Template {
	TemplateKind kind;
	Str     id, version;           /* as its seal or its place names it */
	Str     place;                 /* "s3://bucket/key", "secretsmanager://NAME#VERSION-ID", "bedrock://ID:3", a path */
	Str     label[TEMPLATE_LABELS]; size_t labels;     /* "production", "AWSCURRENT", … */
	int64_t updated_ms;            /* 0: not known */
	Str     text;
	char    sha256[65];
	bool    sealed; Seal seal;
	SealUse use;                   /* what its signature was checked for */
	SealVerdict verdict;
	Str     why;                   /* why it is not verified; empty: it is */
} Template;

/* A source, or a part of one, that could not be read. */
typedef struct TemplateProblem { TemplateKind kind; Str where, why; } TemplateProblem;

typedef struct Templates {
	Arena     arena;
	Template *v; size_t n;         /* by id, then the newest version first */
	TemplateProblem *problem; size_t problems;
} Templates;

typedef struct TemplatesSpec {
	AwsClient *aws;
	const TemplateSource *source; size_t n;
	Str stage;                     /* of the context: what an environment that is not named is */
	SealCache *cache;              /* may be NULL */
	bool check;                    /* ask KMS about the signatures; else those that nothing speaks against are SEAL_UNVERIFIABLE */
} TemplatesSpec;

typedef struct TemplatesRead TemplatesRead;
/* done gets the templates for keeps (templates_free), once: from the loop, or before this returns, which then is NULL, when there is nobody to
 * wait for. The spec's strings must live until then. */
TemplatesRead *templates_read(const TemplatesSpec *spec, void (*done)(void *arg, Templates *t), void *arg);
/* done is not called any more. */
void templates_cancel(TemplatesRead *r);
void templates_free(Templates *t);

/* Whether it may be sent to a model in a context of that stage. A signature that does not hold is never passed over; one that is not there, or
 * could not be checked, is for drafts outside production. ERR_REFUSED: it may not. */
int template_may_send(const Template *t, Str stage, Err *e);

/* "ID", "ID@VERSION" or "ID@LABEL"; without a version the one labelled production, else AWSCURRENT, else the newest. NULL and *e: there is
 * none, or the label points at none. */
const Template *templates_find(const Templates *t, Str name, Err *e);

#endif
