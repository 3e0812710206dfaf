/* Strict YAML on libyaml's event parser: one document, no tags, no merge keys, no duplicate keys, no NUL, UTF-8 only,
 * limits on size (1 MiB), depth (64), nodes (100,000) and aliases (100, never recursive). Scalars stay text: nothing is
 * coerced, so `no`, `1.10` and 012345678901 are what was written. Every node knows its line and column. */
#ifndef CONF_YAML_H
#define CONF_YAML_H

#include "base/arena.h"

typedef enum YamlKind { YAML_SCALAR, YAML_SEQ, YAML_MAP } YamlKind;
typedef struct YamlNode YamlNode;
struct YamlNode {
	YamlKind  kind;
	int       line, column;          /* from 1 */
	bool      quoted;                /* scalar in quotes or a block */
	Str       text;                  /* scalar */
	Str       key;                   /* as a map's member */
	int       key_line, key_column;
	YamlNode *child, *next;          /* SEQ, MAP */
	size_t    count;
	const struct Source *source;     /* for messages */
};

/* Everything lives in the arena; text may go away afterwards. An empty document, and one that holds only null (`~`),
 * is an empty map. An alias gives a node of its own that shares its children with the anchored one.
 * file is for messages only: "config.yaml:3:14: …" with the offending line (secrets redacted). */
int yaml_parse(Arena *a, const char *file, Str text, YamlNode **root, Err *e);
const YamlNode *yaml_get(const YamlNode *map, const char *key);
/* An error at a node: err_kind(ERR_USAGE) with "file:line:column: " before the text. */
int yaml_error(const char *file, const YamlNode *n, Err *e, const char *fmt, ...) FORMAT(4, 5);
/* The same at the node's key. */
int yaml_error_key(const char *file, const YamlNode *n, Err *e, const char *fmt, ...) FORMAT(4, 5);
/* `~`, `null` or nothing at all, not in quotes: what a writer leaves when a value is to be the default. */
bool yaml_is_null(const YamlNode *n);
/* The nearest of known (NULL-terminated) by edit distance <= 2, or NULL: for "did you mean". */
const char *nearest_word(Str word, const char *const *known);

#endif
