/* A text of several lines that a person types: keys in, rows for the screen out. */
#ifndef UI_EDITOR_H
#define UI_EDITOR_H

#include "base/buf.h"
#include "ui/term.h"

typedef struct Editor {
	Buf    text;
	size_t at;             /* the cursor: bytes of the text before it, never within a character */
} Editor;

void editor_done(Editor *e);
void editor_set(Editor *e, Str text);          /* cursor at its end */
/* Characters, a paste, Alt-Enter (a line end), Backspace, Delete, arrows, Home, End, ctrl-a e k u w. False: not an editor's key; so are
 * arrows that lead out of the text. */
bool editor_key(Editor *e, Key k, size_t most_bytes);

/* The rows around the cursor, as many as there is room for, cut hard at w cells. x, y: the cursor in them. */
typedef struct EditorRows { Clean *row; int n, x, y; } EditorRows;
EditorRows editor_rows(const Editor *e, Arena *a, int w, int h);

#endif
