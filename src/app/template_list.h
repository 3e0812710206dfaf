/* The prompt templates of the console's first context: read when they are first looked at, kept until they are asked for again, and given to
 * the playground. For app/ files and the pane that lists them. */
#ifndef APP_TEMPLATE_LIST_H
#define APP_TEMPLATE_LIST_H

#include "app/pane.h"
#include "template/templates.h"

typedef struct TemplateList {
	App       *a;
	struct Watch *w;
	Templates *t;                  /* NULL: not read yet */
	TemplatesRead *reading;
	SealCache  verified;
	int64_t    read_ms;            /* wall clock */
	TemplatesRead *trailing;       /* the moves of one template's labels, for a page */
	Str        trail;              /* heap: whose */
	Str        wanted;             /* heap: what the playground is to use once they are read; p NULL: nothing */
} TemplateList;

/* Reads them at the first call. NULL: no context is shown. */
TemplateList *template_list_of(App *a);
void template_list_refresh(App *a);
void template_list_close(App *a);      /* before the context's session closes */
/* A page: the text with its hash and signature, and how it differs from the version before. */
void template_show(App *a, const Template *t);
/* Gives it to the focused column of the playground, filled with "NAME=VALUE NAME="…"", and goes there. What is not fit for use is refused. */
void template_command(App *a, Str rest);
/* Opens the command line for that, with the variables that still need values. */
void template_type_use(App *a, const Template *t);
/* The same for ":promote", with the label that is meant most often: it is to be read, and to be written over. */
void template_type_promote(App *a, const Template *t);
/* Asks who moved the labels of the template, then shows it on a page, with when its versions were written. */
void template_trail(App *a, const Template *t);

#endif
