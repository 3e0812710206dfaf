/* What the readers of the single kinds share. */
#ifndef TEMPLATE_OWN_H
#define TEMPLATE_OWN_H

#include "template/templates.h"

struct S3Object;

struct TemplatesRead {
	TemplatesSpec spec;
	void (*done)(void *arg, Templates *t);
	void *arg;
	Templates *out;
	size_t cap, problem_cap;
	size_t label_cap, move_cap;
	int    label_pages;
	int    pending;                /* calls and checks under way, and one for whoever starts them */
	bool   cancelled, checking;
};

/* One call of a reader. take gets the answer; it may start more calls. The strings stay as long as the read does. */
typedef struct Step Step;
struct Step {
	TemplatesRead *r;
	const TemplateSource *s;
	Str a, b, c;                   /* what the reader needs to know: a name, a version */
	int64_t ms;
	void (*take)(Step *step, const void *out);
	void (*denied)(Step *step, const AwsError *err);       /* in place of a problem; NULL: it is one */
};

void read_step(TemplatesRead *r, const AwsOp *op, const void *in, const Step *step);
Template *read_add(TemplatesRead *r, const TemplateSource *s);           /* NULL: there are too many */
void read_text(TemplatesRead *r, Template *t, Str text);                 /* copies it and takes its hash */
void read_problem(TemplatesRead *r, const TemplateSource *s, Str where, Str why);       /* s NULL: of the labels */
Str  read_keep(TemplatesRead *r, Str s);
bool template_has_label(const Template *t, Str label);

/* One for each kind. */
void read_local(TemplatesRead *r, const TemplateSource *s);
void read_s3(TemplatesRead *r, const TemplateSource *s);
void read_secrets(TemplatesRead *r, const TemplateSource *s);
void read_bedrock(TemplatesRead *r, const TemplateSource *s);
void read_dynamodb(TemplatesRead *r, const TemplateSource *s);
void read_ssm(TemplatesRead *r, const TemplateSource *s);

/* document.c: the value of a secret or a parameter: a JSON document with `content`, which may say id, version and signature; or the text alone. */
void read_document(TemplatesRead *r, Template *t, Str value);
/* read_s3.c: what an object's metadata say of its signature. */
void read_object_seal(TemplatesRead *r, Template *t, const struct S3Object *o);

/* labels.c */
void read_labels(TemplatesRead *r);
void labels_give(TemplatesRead *r);                                      /* when all is read: to the versions that they point at */

#endif
