/* The variables of a prompt template. In its text:
 *
 *     {{name}}   {{name = default}}   {{name: type}}   {{name: type = default}}
 *
 * name: letters, digits, _ and -, beginning with a letter. type: text (also when it is left out), integer, number, boolean. What stands in
 * double braces and has another form is text like any other, so JSON can be written as it is. They are part of the text, so a signature of
 * the text is one of its variables too. Pure. */
#ifndef MODEL_TEMPLATE_H
#define MODEL_TEMPLATE_H

#include "base/arena.h"
#include "base/buf.h"

typedef enum VarType { VAR_TEXT, VAR_INTEGER, VAR_NUMBER, VAR_BOOLEAN, VAR_TYPES } VarType;
extern const char *const var_type_names[VAR_TYPES + 1];

typedef struct TemplateVar { Str name; VarType type; bool has_default; Str value /* its default */; } TemplateVar;
typedef struct TemplateValue { Str name, value; } TemplateValue;

enum { TEMPLATE_VARS = 100, TEMPLATE_MAX = 1 << 20 };

/* In the order in which they come first. The same name may stand often; a default or type that contradicts an earlier one is an error. */
int  template_vars(Arena *a, Str text, TemplateVar **out, size_t *n, Err *e);
/* Whether the value is one of that type: "12", "-0.5", "true". */
bool var_fits(VarType t, Str value);
/* Appends the text with its variables' values: given ones, else the defaults. One that has neither, does not fit its type, or is given and
 * is no variable of the text is an error that names it. Values are put in as they are and never looked at again. */
int  template_fill(Buf *out, Str text, const TemplateValue *v, size_t n, Err *e);

#endif
