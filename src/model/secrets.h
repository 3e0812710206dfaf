/* Secrets in a text: keys, tokens, passwords, told by the form that their makers gave them. Pure. */
#ifndef MODEL_SECRETS_H
#define MODEL_SECRETS_H

#include "model/flag.h"

typedef struct SecretRow {
	const char  *id;
	const char  *prefix;           /* in lower case when any_case */
	const char  *chars;            /* what may follow besides letters and digits */
	uint16_t     min, max;         /* bytes that follow the prefix; fewer are no secret */
	bool         any_case;
	FlagSeverity severity;
	bool         mixed;            /* only with a digit or a sign in it: words may follow the prefix, too */
} SecretRow;
extern const SecretRow secret_rows[];   /* ends with a row without an id */

/* The secret that begins at text[at]: its row and length; NULL when there is none. Looks only where a word begins, and within
 * addresses ("://user:password@"). *skip: bytes of it that may be shown (the prefix's words, "password="). */
const SecretRow *secret_at(Str text, size_t at, size_t *n, size_t *skip);

#endif
