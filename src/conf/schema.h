/* Settings as rows of a const table: path, type, place in a struct, bounds, default, one line of help. The same rows read
 * a YAML map into the struct, give the defaults and make the reference in the docs. */
#ifndef CONF_SCHEMA_H
#define CONF_SCHEMA_H

#include "base/arena.h"
#include "base/buf.h"

struct YamlNode;

typedef enum SettingType {
	SET_TEXT,         /* Str; min..max bytes */
	SET_WORD,         /* an enum: the word's index in words */
	SET_BOOL,         /* true or false, not in quotes */
	SET_INT,          /* int64_t; min..max */
	SET_USD,          /* int64_t nUSD; min..max; written as a decimal: 2.50 */
	SET_DECIMAL,      /* int64_t millionths; min..max, in millionths too; written 0.05 or 300: at most six decimals, no sign */
	SET_DURATION,     /* int64_t milliseconds; min..max; written 30s 5m 2h 35d */
	SET_DAY,          /* int64_t milliseconds since 1970: the first of that day, UTC; written 2026-01-31 */
	SET_TEXTS,        /* Str *, and size_t at count_offset; min..max entries; check holds for each */
	SET_INTS,         /* int64_t *, and size_t at count_offset; at most SET_INTS_MAX, each in min..max, rising */
	SET_DURATIONS,    /* the same of durations, in milliseconds */
	SET_WORDS,        /* unsigned: bits of the words' indexes; min..max entries, each once */
	SET_LIST,         /* an array of structs that item describes, and size_t at count_offset; min..max entries */
	SET_SEQ, SET_MAP, /* const YamlNode *: the caller reads it */
} SettingType;

enum { SET_INTS_MAX = 16 };

struct SettingList;

typedef struct Setting {
	const char *path;                /* "sources.jobs.poll" */
	SettingType type;
	size_t      offset, count_offset;
	int64_t     min, max;
	const char *const *words;        /* NULL-terminated */
	bool      (*check)(Str value);   /* NULL: any text in the bounds */
	const char *want;                /* what check wants, for people: "a region such as eu-west-1" */
	const char *fallback;            /* the default as it would be written (SET_TEXTS: parted by ", "); NULL: zero */
	const char *help;
	bool        must;                /* in an entry of a list: left out is an error */
	bool        unique;              /* in an entry of a list, SET_TEXT: no two entries have the same */
	const struct SettingList *list;  /* SET_LIST */
} Setting;

typedef struct Schema { const Setting *row; size_t count; } Schema;
#define SCHEMA(rows) { (rows), sizeof(rows) / sizeof *(rows) }

/* What the maps in a list are read into. */
typedef struct SettingList {
	Schema item;
	size_t size;                     /* bytes of one struct */
	/* What rows cannot say: settings that need or exclude each other, and which of them were given (yaml_get(map, …)).
	 * Errors by yaml_error. NULL: nothing. */
	int  (*check)(const char *file, const struct YamlNode *map, void *out, Err *e);
	/* What an entry starts from when that depends on it (map is what was written, of any kind). NULL: the rows' defaults alone. */
	void (*start)(const struct YamlNode *map, void *out);
} SettingList;

/* Writes every row's default into out. */
void schema_defaults(Arena *a, const Schema *s, void *out);
/* Reads map into out; settings that are not in it stay as they are. where names the map in messages ("contexts.dev",
 * "" for the root). Unknown keys, wrong types and values out of bounds are ERR_USAGE with their place. A list replaces the
 * one before it; its entries start from their rows' defaults. */
int  schema_read(Arena *a, const char *file, const Schema *s, const struct YamlNode *map, const char *where, void *out, Err *e);
/* Rows of a Markdown table: key, what it takes, default, help; a list's entries as path[].key. */
void schema_describe(const Schema *s, const char *where, Buf *out);

/* "30s" "5m" "2h" "35d": one number, one unit. Returns 0, or -1 and leaves *ms alone. */
int  duration_parse(Str text, int64_t *ms);
/* "2026-01-31": a real day from 1970 on, to its first millisecond in UTC. Returns 0, or -1 and leaves *ms alone. */
int  day_parse(Str text, int64_t *ms);

#endif
