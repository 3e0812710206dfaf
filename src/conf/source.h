/* The text of a file from outside, and errors that point into it: "config.yaml:3:14: what is wrong" with the line below.
 * What looks like a secret is never repeated, and nothing that a terminal would act on. */
#ifndef CONF_SOURCE_H
#define CONF_SOURCE_H

#include "base/err.h"
#include "base/str.h"

typedef struct Source {
	const char *file;            /* for messages only */
	Str  text;                   /* borrowed */
} Source;

/* The text without its UTF-8 byte order mark. */
Str  source_without_bom(Str text);
/* Refuses what no text file of ours holds: bytes that are not UTF-8, NUL, UTF-16 and UTF-32, control characters
 * (C0 except tab and line ends, DEL, C1). ERR_USAGE with line, column and byte offset. */
int  source_check(const Source *s, Err *e);
/* ERR_USAGE at a place (line and column from 1). source_error_bare leaves the offending line out. */
int  source_error(const Source *s, int line, int column, Err *e, const char *what);
int  source_error_bare(const Source *s, int line, int column, Err *e, const char *what);
/* Writes text for a message: cut when long, marks for what a terminal would act on, *** for what looks like a secret.
 * Returns out. */
const char *source_show(Str text, char *out, size_t cap);
/* Whether the value of a key with this name is a secret: token, password, …_key, webhook and their like. */
bool source_key_is_secret(Str key);
/* Reads one UTF-8 character (shortest form, no surrogates). Returns its bytes, 0 when it is none. s is not empty. */
size_t source_utf8(Str s, uint32_t *code);
/* Characters that must not reach a terminal or a value: C0 except tab and line feed, DEL, C1. */
bool source_is_control(uint32_t code);

#endif
