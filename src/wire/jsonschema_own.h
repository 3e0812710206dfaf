/* Inside of the schema checker: only jsonschema.c (reading schemas), jsonschema_rules.c and jsonschema_parts.c (holding values
 * against them) include this. */
#ifndef WIRE_JSONSCHEMA_OWN_H
#define WIRE_JSONSCHEMA_OWN_H

#include "base/regex.h"
#include "wire/jsonsame.h"
#include "wire/jsonschema.h"

/* What a keyword's own value must be. */
typedef enum RuleForm {
	RULE_ANY, RULE_SCHEMA, RULE_SCHEMAS, RULE_SCHEMA_MAP, RULE_ITEMS, RULE_NUMBER, RULE_UNIT, RULE_COUNT, RULE_FLAG, RULE_TYPES,
	RULE_NAMES, RULE_NAMES_MAP, RULE_LIST, RULE_PATTERN, RULE_PATTERN_MAP, RULE_REF,
} RuleForm;

/* A place in the value, for the message. */
typedef struct JsonAt {
	const struct JsonAt *up;
	Str    key;                  /* p NULL: an element, index says which */
	size_t index;
} JsonAt;

typedef struct JsonLook {
	const JsonSchema *schema;
	JsonMisfit *why;             /* NULL: only whether it fits is asked */
	long steps;                  /* left */
	int  depth;
	bool stuck;                  /* UNDECIDED */
} JsonLook;

typedef struct JsonRule {
	const char *name;
	RuleForm form;
	unsigned on;                 /* bits of JvType: values that it says something about; 0: all */
	/* NULL: another keyword looks at it. self: the schema that the keyword stands in. */
	bool (*holds)(JsonLook *l, JsonVal self, JsonVal rule, JsonVal v, const JsonAt *at);
} JsonRule;

extern const JsonRule json_rules[];            /* in the order in which they are asked; ends with a NULL name */

typedef struct JsonPattern { const void *node; Regex *regex; } JsonPattern;     /* node: of the keyword's value, or of the member it names */

struct JsonSchema {
	Arena   arena;
	JsonVal root;
	JsonPattern *pattern;        /* by node, once the schema is read */
	size_t  patterns, pattern_cap;
	const void **seen;           /* schemas that were read */
	size_t  seen_n, seen_cap;
};

const Regex *jsonschema_regex(const JsonSchema *s, JsonVal node);
/* Where a $ref leads; absent: nowhere in this schema. */
JsonVal jsonschema_target(const JsonSchema *s, Str ref);
bool    jsonschema_holds(JsonLook *l, JsonVal schema, JsonVal v, const JsonAt *at);

/* jsonschema_rules.c. What does not fit is told once, where it is found first; always false, so that failing is one line. */
bool look_misfit(JsonLook *l, const JsonAt *at, const char *fmt, ...) FORMAT(3, 4);
bool look_stuck(JsonLook *l, const JsonAt *at, const char *why);
bool look_pay(JsonLook *l, const JsonAt *at, size_t steps);
bool look_silently(JsonLook *l, JsonVal schema, JsonVal v, const JsonAt *at);      /* without a word about what does not fit */
bool look_still_stuck(JsonLook *l, const JsonAt *at);
/* A count of the schema beside one of the value, at least or at most. */
bool look_count(JsonLook *l, size_t n, bool least, JsonVal rule, const char *of, const JsonAt *at);
RegexAnswer look_find(JsonLook *l, JsonVal node, Str text, const JsonAt *at);
Str  look_text(JsonVal string);

/* jsonschema_parts.c */
#define JSON_RULE(name) bool name(JsonLook *l, JsonVal self, JsonVal rule, JsonVal v, const JsonAt *at)
JSON_RULE(rule_required);
JSON_RULE(rule_properties);
JSON_RULE(rule_pattern_properties);
JSON_RULE(rule_additional);
JSON_RULE(rule_property_names);
JSON_RULE(rule_min_members);
JSON_RULE(rule_max_members);
JSON_RULE(rule_dependent_names);
JSON_RULE(rule_dependent_schemas);
JSON_RULE(rule_prefix);
JSON_RULE(rule_items);
JSON_RULE(rule_contains);
JSON_RULE(rule_min_items);
JSON_RULE(rule_max_items);
JSON_RULE(rule_unique);
#undef JSON_RULE

#endif
