/* A version of a template as what a label is to point at: read where the context's templates are kept, with the verdict on its signature. It answers
 * MoveSpec.vet, and keeps what it has read, for the card. */
#ifndef APP_TEMPLATE_TARGET_H
#define APP_TEMPLATE_TARGET_H

#include "act/move.h"
#include "app/session.h"
#include "template/templates.h"

/* What the templates of a context are read with, signatures checked; borrows from the session. */
TemplatesSpec template_spec(const Session *s);

typedef struct TemplateTarget {
	const Session *s;
	Move *move;
	Str   id, version, label;        /* the move's */
	TemplatesRead *reading;
	Templates *t;                    /* NULL: not read */
	/* Of t. from: what the label has stood for, also as a label of the place itself; NULL: nothing, or what is not there any more. */
	const Template *from, *to;
} TemplateTarget;

/* Ends in move_vetted, once, unless template_target_drop comes first. Zeroed before the first call. version: borrowed as long as m lives. */
void template_target_vet(TemplateTarget *x, const Session *s, Move *m, Str version);
/* The move has ended: what is still being read is for nobody. What was read stays. */
void template_target_drop(TemplateTarget *x);
void template_target_done(TemplateTarget *x);

#endif
