/* Shapes: what a C struct looks like on the wire, as const tables. An operation row names the shape of its input and of
 * its output, and everything else (labels, query, headers, JSON, form and XML bodies, both ways) follows from them.
 *
 *   typedef struct SsmGetIn { Str name; bool decrypt; } SsmGetIn;
 *   static const ShapeMember get_in[] = {
 *           SH_STR(SsmGetIn, name, "Name", .flags = SHAPE_MUST, .about = "parameter"),
 *           SH_BOOL(SsmGetIn, decrypt, "WithDecryption"), {0} };
 *   static const Shape in_get = SHAPE(SsmGetIn, get_in);
 *
 * Members with no value (empty text, 0, false, an empty list, a struct without a value in it) are not sent, unless MUST
 * or ALWAYS. A map of text in headers is all headers whose names begin with `wire`. Members of an answer that no row names
 * are skipped; those that are not there leave zero, unless MUST.
 * Source of the rules: Smithy protocol specifications awsJson 1.0/1.1, restJson1, restXml, awsQuery. */
#ifndef API_SHAPE_H
#define API_SHAPE_H

#include <stddef.h>

#include "wire/jsonval.h"
#include "wire/jsonw.h"
#include "wire/xml.h"

typedef enum ShapeKind {
	SHAPE_STR,          /* Str, UTF-8 */
	SHAPE_I64,          /* int64_t */
	SHAPE_NUM,          /* double; never money */
	SHAPE_BOOL,         /* bool */
	SHAPE_OPT_I64, SHAPE_OPT_NUM, SHAPE_OPT_BOOL,      /* OptI64 … : for members whose zero must be sent */
	SHAPE_TIME,         /* int64_t, ms since 1970: seconds in JSON, ISO 8601 in forms, XML and queries, RFC 7231 in headers */
	SHAPE_TIME_ISO,     /* the same, ISO 8601 also in JSON */
	SHAPE_BLOB,         /* Str of any bytes; base64 in bodies */
	SHAPE_DOC,          /* Str: one JSON value, passed on as it is */
	SHAPE_STRUCT,       /* a struct of shape `of` */
} ShapeKind;

typedef struct OptI64 { int64_t v; bool has; } OptI64;
typedef struct OptNum { double v; bool has; } OptNum;
typedef struct OptBool { bool v, has; } OptBool;
typedef struct ShapePair { Str key, value; } ShapePair;
#define LIST_OF(T) struct { T *v; size_t n; }

enum {
	SHAPE_MUST   = 1 << 0,   /* in: the caller must give it; out: the answer must have it */
	SHAPE_ALWAYS = 1 << 1,   /* sent also when it has no value */
	SHAPE_LIST   = 1 << 2,   /* the field is a LIST_OF(the kind's type) */
	SHAPE_MAP    = 1 << 3,   /* the field is a LIST_OF(struct whose first member is the Str key, then the value) */
	SHAPE_FLAT   = 1 << 4,   /* forms and XML: list elements without a wrapper */
	SHAPE_TOKEN  = 1 << 5,   /* an idempotency token: a random UUID when the caller gives none */
	SHAPE_SECRET = 1 << 6,   /* never shown, not even in tests' output */
	SHAPE_NAME   = 1 << 7,   /* out: becomes a header, a path or a part of a sentence: empty text and control characters are refused */
};

typedef enum ShapePlace { PLACE_BODY, PLACE_LABEL, PLACE_QUERY, PLACE_HEADER, PLACE_PAYLOAD, PLACE_STATUS } ShapePlace;

typedef struct Shape Shape;
typedef struct ShapeMember {
	const char *name;        /* of the API; NULL ends the table */
	const char *wire;        /* when another name is sent */
	const char *item;        /* XML and forms: name of list elements; NULL: "member" */
	const char *about;       /* "agent": messages say "agent <value>" */
	ShapeKind   kind;
	unsigned    flags;
	ShapePlace  place;
	size_t      at, size;    /* of the field; size: of one element */
	const Shape *of;
} ShapeMember;

struct Shape {
	size_t size;
	const ShapeMember *member;
	bool bare;               /* a struct of one list that stands for itself: a list of lists */
};

#define SHAPE(S, members) { .size = sizeof(S), .member = (members) }
/* The offset of a field, which must have type T: another type does not compile. */
#define SHAPE_AT(S, f, T) (offsetof(S, f) + 0 * sizeof(char[_Generic(((S *)0)->f, T: 1)]))
#define SH_ONE(S, f, T, wire_name, k, ...) { .name = (wire_name), .kind = (k), .at = SHAPE_AT(S, f, T), .size = sizeof(T), __VA_ARGS__ }
#define SH_STR(S, f, name, ...)      SH_ONE(S, f, Str, name, SHAPE_STR, __VA_ARGS__)
#define SH_I64(S, f, name, ...)      SH_ONE(S, f, int64_t, name, SHAPE_I64, __VA_ARGS__)
#define SH_NUM(S, f, name, ...)      SH_ONE(S, f, double, name, SHAPE_NUM, __VA_ARGS__)
#define SH_BOOL(S, f, name, ...)     SH_ONE(S, f, bool, name, SHAPE_BOOL, __VA_ARGS__)
#define SH_OPT_I64(S, f, name, ...)  SH_ONE(S, f, OptI64, name, SHAPE_OPT_I64, __VA_ARGS__)
#define SH_OPT_NUM(S, f, name, ...)  SH_ONE(S, f, OptNum, name, SHAPE_OPT_NUM, __VA_ARGS__)
#define SH_OPT_BOOL(S, f, name, ...) SH_ONE(S, f, OptBool, name, SHAPE_OPT_BOOL, __VA_ARGS__)
#define SH_TIME(S, f, name, ...)     SH_ONE(S, f, int64_t, name, SHAPE_TIME, __VA_ARGS__)
#define SH_TIME_ISO(S, f, name, ...) SH_ONE(S, f, int64_t, name, SHAPE_TIME_ISO, __VA_ARGS__)
#define SH_BLOB(S, f, name, ...)     SH_ONE(S, f, Str, name, SHAPE_BLOB, __VA_ARGS__)
#define SH_DOC(S, f, name, ...)      SH_ONE(S, f, Str, name, SHAPE_DOC, __VA_ARGS__)
#define SH_STRUCT(S, f, wire_name, shape, ...) \
	{ .name = (wire_name), .kind = SHAPE_STRUCT, .at = offsetof(S, f), .size = sizeof(((S *)0)->f), .of = &(shape), __VA_ARGS__ }
/* Lists: k is the kind of the elements; SH_STRUCTS of a struct shape, SH_MAP_OF a map to scalars, SH_PAIRS one of text to
 * text. `more` are flags. */
#define SH_LIST(S, f, wire_name, k, more, ...) \
	{ .name = (wire_name), .kind = (k), .at = offsetof(S, f), .size = sizeof(*((S *)0)->f.v), .flags = SHAPE_LIST | (more), __VA_ARGS__ }
#define SH_STRS(S, f, name, more, ...) SH_LIST(S, f, name, SHAPE_STR, more, __VA_ARGS__)
#define SH_STRUCTS(S, f, name, shape, more, ...) SH_LIST(S, f, name, SHAPE_STRUCT, more, .of = &(shape), __VA_ARGS__)
#define SH_MAP_OF(S, f, wire_name, k, more, ...) \
	{ .name = (wire_name), .kind = (k), .at = offsetof(S, f), .size = sizeof(*((S *)0)->f.v), .flags = SHAPE_MAP | (more), __VA_ARGS__ }
#define SH_PAIRS(S, f, name, more, ...) SH_MAP_OF(S, f, name, SHAPE_STR, more, __VA_ARGS__)

/* A map of text to a struct: the element S is { Str key; T value; } and shape is T's. */
#define SH_MAP(S, f, wire_name, element, shape, ...) \
	{ .name = (wire_name), .kind = SHAPE_STRUCT, .at = offsetof(S, f), .size = sizeof(element), .flags = SHAPE_MAP, .of = &(shape), __VA_ARGS__ }

/* WIRE: the members of the body under their names on the wire. PLAIN: every member wherever it is sent, under its API
 * name, times as integers of ms; for the tests and the simulator's own use, never sent. */
typedef enum ShapeForm { SHAPE_WIRE, SHAPE_PLAIN } ShapeForm;

/* Writes `in` as one JSON object. -1: a text is not UTF-8 or has a NUL, a document is no JSON
 * (the error names the member, and what w wrote to holds a part). */
int shape_put_json(const Shape *s, ShapeForm form, const void *in, JsonW *w, Err *e);
/* Fills `out` (s->size zeroed bytes) from a JSON object; text is borrowed from v's arena. The error names the path. */
int shape_take_json(Arena *a, const Shape *s, ShapeForm form, JsonVal v, void *out, Err *e);
/* Parses and fills: for events of streams. max_bytes of text. */
int shape_parse_json(Arena *a, const Shape *s, Str text, size_t max_bytes, void *out, Err *e);

/* awsQuery: appends "&Name=value…". */
int shape_put_form(const Shape *s, const void *in, Buf *out, Err *e);
/* XML elements below n into out; the elements of `in` (no root) onto out. */
int shape_take_xml(Arena *a, const Shape *s, const XmlNode *n, void *out, Err *e);
int shape_put_xml(const Shape *s, const void *in, Buf *out, Err *e);

/* A scalar as the text of a label, query, header, form field or XML element, and back. header: times as RFC 7231. */
int shape_put_text(Buf *out, const ShapeMember *m, const void *value, bool header, Err *e);
int shape_take_text(Arena *a, const ShapeMember *m, Str text, void *value, Err *e);

/* True when the field has no value. */
bool shape_empty(const ShapeMember *m, const void *base);
/* The member that is the whole body, or NULL. */
const ShapeMember *shape_payload(const Shape *s);
/* A list field: its elements and their number. */
size_t shape_list(const ShapeMember *m, const void *base, const char **elements);
/* Room for n elements in the arena, put into the field; returns the first. */
char *shape_list_new(Arena *a, const ShapeMember *m, void *base, size_t n);

#endif
