/* What most log lines say is the same text round other values, and the values stand in the row already (line_pack.h). So the text is kept
 * once, as a shape, and a line as its shape and those values that the row does not have. A line of which no shape is known is kept as it is.
 * Shapes stand in line_shape, 1 and on; none is ever changed or goes. Inside the store only. */
#ifndef STORE_LINE_SHAPE_H
#define STORE_LINE_SHAPE_H

#include "base/buf.h"
#include "model/job.h"

struct Store;

enum { SHAPE_HOLES = 40, SHAPE_CANDIDATES = 4 };

typedef struct LineShape {
	char    *text;                           /* all that stands between the values */
	uint32_t end[SHAPE_HOLES + 1];           /* where each piece of it ends; holes + 1 of them */
	unsigned char hole[SHAPE_HOLES];         /* 0: a value as it stands; else which of the row's it is, plus 1 */
	int      holes;
} LineShape;

typedef struct LineShapes {
	LineShape *v; size_t n, cap;
	size_t   stored;                         /* so many of them are in the file */
	size_t   last;                           /* the one that fitted last */
	LineShape candidate[SHAPE_CANDIDATES];   /* of lines that came once */
	size_t   next;                           /* of them to be replaced */
	size_t   unlike;                         /* so many lines in turn that no shape fitted */
	int64_t  day;                            /* whose text this is */
	char     day_text[16];
} LineShapes;

void shapes_lose(LineShapes *x);             /* what is known may not be what the file says */
int  shapes_begin(struct Store *s, Err *e);  /* once in a transaction that writes lines, before the others */
/* What the line says, in `text`, as bytes in out (emptied first). False: as it is. May learn a shape. Touches x and out alone. */
bool shapes_code(LineShapes *x, const LogLine *l, Str text, Buf *out);
int  shapes_settle(struct Store *s, Err *e); /* writes what was learnt */

/* The other way, with the members of l that line_unpack fills in and its event_ms; name: ids of its names. *text: borrowed from s->said. */
int  shapes_text(struct Store *s, Str bytes, const LogLine *l, const int64_t *name, Str *text, Err *e);

#endif
