/* The prompt templates of a context: read from where they are kept (conf/template_source.h), with the hash of each text and the verdict on
 * its signature (act/seal.h). Nothing is written anywhere. */
#ifndef TEMPLATE_TEMPLATES_H
#define TEMPLATE_TEMPLATES_H

#include "act/seal.h"
#include "conf/template_source.h"

enum { TEMPLATES_MAX = 2000, TEMPLATE_LABELS = 40 };

typedef struct Template {
	TemplateKind kind;
	Str     id, version;           /* as its seal or its place names it */
	Str     place;                 /* "s3://bucket/key", "secretsmanager://NAME#VERSION-ID", "bedrock://ID:3", a path */
	Str     label[TEMPLATE_LABELS]; size_t labels;     /* by which it is found: "production", "AWSCURRENT", … */
	Str     outdone[TEMPLATE_LABELS]; size_t outdones; /* of its source; one of ours has the same name and points elsewhere */
	int64_t updated_ms;            /* 0: not known */
	Str     text;
	char    sha256[65];
	bool    sealed; Seal seal;
	SealUse use;                   /* what its signature was checked for */
	SealVerdict verdict;
	Str     why;                   /* why it is not verified; empty: it is */
} Template;

/* A source, or a part of one, that could not be read. */
typedef struct TemplateProblem { const char *of; Str where, why; } TemplateProblem;      /* of: "s3" …, "labels" */

/* A label that seismo moves, of the table of locks: the same for every place where its template is kept. */
typedef struct TemplateLabel {
	Str     id, name, version;
	Str     by, reason;            /* who moved it last, and why */
	int64_t at_ms;                 /* when; 0: not known */
	bool    moving;                /* somebody does, right now */
} TemplateLabel;

/* An action on a label of the template whose trail was asked for, by whomever, as the table's audit items have it. */
typedef struct TemplateMove {
	Str     op, label, action, by, host, reason;
	Str     outcome;               /* "done", "failed", "released"; "unknown": it has a beginning and no end, or is under way */
	Str     from, to;              /* empty: none */
	int64_t at_ms;
} TemplateMove;

typedef struct Templates {
	Arena     arena;
	Template *v; size_t n;         /* by id, then the newest version first */
	TemplateProblem *problem; size_t problems;
	TemplateLabel *label; size_t labels;
	TemplateMove *move; size_t moves;      /* newest first */
	bool      unlabelled;          /* the labels could not be read: what a label stands for is not known */
} Templates;

typedef struct TemplatesSpec {
	AwsClient *aws;
	const TemplateSource *source; size_t n;
	const char *agents_table;      /* of a dynamodb source that names none */
	const char *lock_table;        /* where the labels are kept; NULL: they are not read */
	Str stage;                     /* of the context: what an environment that is not named is */
	Str trail;                     /* the moves of this template's labels are read too; empty: of none */
	Str only;                      /* signatures of this template alone are checked; empty: of all */
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
/* The same of a label that is to point at it. */
int template_may_label(const Template *t, Str stage, Err *e);

/* Where a label of ours is that no move of its trail has led to: somebody has written into the table by hand. Of templates that were read with the
 * trail of that id. */
bool template_label_strayed(const Templates *t, const TemplateLabel *l);
/* Of a template; NULL: we have no such label. */
const TemplateLabel *templates_label(const Templates *t, Str id, Str name);
/* Of those that point at it, the one that was moved last; NULL: there is none. */
const TemplateLabel *templates_last_move(const Templates *all, const Template *t);
/* What a label may be called: up to 64 letters, digits, '-', '_' and '.', and not as AWS calls its own. ERR_USAGE. */
int template_label_check(Str name, Err *e);

/* "ID", "ID@VERSION" or "ID@LABEL"; without a version the one labelled production, else AWSCURRENT, else the newest. NULL and *e: there is
 * none, the label points at none, or is not known because the labels could not be read. */
const Template *templates_find(const Templates *t, Str name, Err *e);

#endif
