/* JSON Schema (draft 2020-12 as far as descriptions of tools use it): a value is held against a schema, and what does not
 * fit is told with its place (a JSON pointer) and one sentence. Pure, and bounded: whatever schema and value are, the answer
 * comes within a fixed number of steps.
 *
 * Known: type enum const, minimum maximum exclusiveMinimum exclusiveMaximum multipleOf, minLength maxLength pattern,
 * properties required additionalProperties patternProperties propertyNames minProperties maxProperties dependentRequired
 * dependentSchemas, items prefixItems contains minContains maxContains minItems maxItems uniqueItems, allOf anyOf oneOf not
 * if then else, and $ref to a place in the same schema ("#/$defs/x"). A list in `items`, as drafts before had it, counts as
 * prefixItems, and additionalItems then holds for the rest. Everything else is ignored, format and unevaluated* with it. */
#ifndef WIRE_JSONSCHEMA_H
#define WIRE_JSONSCHEMA_H

#include "wire/jsonval.h"

typedef struct JsonSchema JsonSchema;

enum { JSONSCHEMA_MAX_BYTES = 256 << 10, JSONSCHEMA_PATH = 256, JSONSCHEMA_WHY = 480 };

/* UNDECIDED: schema and value together ask for more steps than one answer may take. Nothing that is UNDECIDED counts as good. */
typedef enum JsonVerdict { JSON_FITS, JSON_DOES_NOT_FIT, JSON_UNDECIDED } JsonVerdict;

typedef struct JsonMisfit {
	char path[JSONSCHEMA_PATH];      /* "/quick_wins/0/time_hours"; empty: the value as a whole */
	char why[JSONSCHEMA_WHY];        /* "must be a number, is a string" */
} JsonMisfit;                        /* keys come from outside; control characters in them are '?' */

/* NULL and Err with the place when the schema itself is wrong: no JSON, a keyword of the wrong type, a bad pattern, a $ref that
 * leads nowhere or out of the schema. */
JsonSchema *jsonschema_new(Str text, Err *e);
void        jsonschema_free(JsonSchema *s);          /* NULL is fine */
JsonVerdict jsonschema_check(const JsonSchema *s, JsonVal v, JsonMisfit *why);
/* The same as 0 or -1 and one sentence: "/a/0: must be a number, is a string". what names the value as a whole. */
int         jsonschema_fits(const JsonSchema *s, JsonVal v, const char *what, Err *e);

#endif
