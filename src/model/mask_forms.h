/* Within mask: what each kind of personal data looks like. */
#ifndef MODEL_MASK_FORMS_H
#define MODEL_MASK_FORMS_H

#include "model/mask.h"

/* The length of the form that begins at s[at], or 0. It is asked only where a word begins. */
typedef size_t (*FormFind)(Str s, size_t at);
typedef struct MaskForm { MaskKind kind; const char *rule; FormFind find; } MaskForm;
extern const MaskForm mask_forms[];    /* in the order in which they are tried; ends with a row without find */

#endif
