/* The words of prompt injection by what they do in a sentence, and the rules that are made of them. Both are tables. */
#ifndef MODEL_INJECT_TERMS_H
#define MODEL_INJECT_TERMS_H

#include "model/flag.h"

/* What a term does. */
typedef enum Term {
	TERM_NONE,
	TERM_DROP,                     /* ignore, disregard, forget */
	TERM_PRIOR,                    /* previous, above, earlier */
	TERM_ORDERS,                   /* instructions, rules, guidelines */
	TERM_SYSPROMPT,                /* system prompt, hidden instructions */
	TERM_YOURS,                    /* your instructions, your rules */
	TERM_SHOW,                     /* reveal, print, repeat */
	TERM_VERBATIM,                 /* word for word, exact text, starting with "You are" */
	TERM_SECRET,                   /* password, credentials, API key */
	TERM_SEND,                     /* forward, upload, copy to */
	TERM_PLACE,                    /* a mail address or link */
	TERM_QUIETLY,                  /* without asking, do not tell the user */
	TERM_PERSONA,                  /* you are now, pretend to be */
	TERM_FREE,                     /* no restrictions, do anything now */
	TERM_MODE,                     /* developer mode, maintenance mode */
	TERM_ROLE_MARK,                /* <|im_start|>, system:, [inst] */
	TERM_MODEL,                    /* dear model, AI assistant: the text speaks to a machine */
	TERM_CALL,                     /* call, invoke, use the tool */
	TERM_TOOL,                     /* tool, function, argument */
	TERM_DANGER,                   /* delete, approve, grant, disable */
	TERM_GUARD,                    /* guardrail, filter, confirmation, audit log */
	TERM_INSTEAD,                  /* instead, from now on, start over */
	TERM_CODE,                     /* ; drop table, ' or 1=1, $(…), <script> */
	TERM_SHELL,                    /* rm -rf, curl … | sh */
	TERM_SPEAKER,                  /* I am the administrator, on behalf of the operator */
	TERM_MEMORY,                   /* remember, store in memory */
	TERM_UNLOCK,                   /* words that jailbreaks are known by */
	TERMS,
} Term;

/* One row gives many phrases: separated by "; ", as base/phrases.h reads them. flags as there. */
typedef struct TermRow { Term term; uint8_t flags; const char *phrases; } TermRow;
extern const TermRow inject_terms[];   /* ends with a row without phrases */

/* Fires when its terms (up to three, in this order unless `any`) lie within `reach` bytes of one another. */
typedef struct InjectRule {
	const char *id, *what;         /* what: for people, one line */
	FlagSeverity severity;
	Term term[3];
	uint16_t reach;
	bool any;
} InjectRule;
enum { INJECT_RULES_MAX = 64 };
extern const InjectRule inject_rules[];   /* ends with a row without an id */

#endif
