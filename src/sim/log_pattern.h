/* Filter patterns of CloudWatch Logs: terms that all must occur ("quoted phrases" too; -term must not), ?any ?of, and
 * { $.a.b = "x" && $.n > 3 } over JSON events. Source: CloudWatch Logs User Guide, "Filter pattern syntax". */
#ifndef SIM_LOG_PATTERN_H
#define SIM_LOG_PATTERN_H

#include "base/arena.h"

enum { LOG_PATTERN_TERMS = 32 };

typedef enum LogOp { LOG_EQ, LOG_NE, LOG_GT, LOG_GE, LOG_LT, LOG_LE } LogOp;

typedef struct LogTerm {
	Str   text;                /* the term, or what is compared with */
	Str   path;                /* dotted, after "$." */
	LogOp op;
	bool  number, any, exclude;
} LogTerm;

typedef struct LogPattern {
	LogTerm term[LOG_PATTERN_TERMS];
	size_t  n;
	bool    json, any;         /* any: one condition is enough */
} LogPattern;

/* Borrows from text (and the arena). -1 when the pattern cannot be read. */
int  log_pattern_parse(Arena *a, Str text, LogPattern *out, Err *e);
bool log_pattern_match(const LogPattern *p, Str message);

#endif
