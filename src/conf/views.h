/* View files (views/NAME.yaml): how panes make up a screen. No logic in them. Built-in ones are embedded; a user's file with the same
 * id replaces the whole view. Layout: docs "views". */
#ifndef CONF_VIEWS_H
#define CONF_VIEWS_H

#include "base/arena.h"

typedef enum SizeKind { SIZE_STAR, SIZE_CELLS, SIZE_PERCENT } SizeKind;
typedef enum ViewWhen { WHEN_ALWAYS, WHEN_FIRING, WHEN_QUIET } ViewWhen;      /* an alert fires that nobody has answered; none does */
typedef struct ViewColumn { Str name, title; int width; bool right; } ViewColumn;    /* title empty, width 0: the pane's own */
typedef struct ViewOption { Str key, value; int line, column; } ViewOption;
typedef struct ViewNode ViewNode;
struct ViewNode {
	bool is_split, rows;             /* rows: children one below the other */
	SizeKind size_kind; int size;
	int from_w, from_h;              /* shown in windows of at least that size; 0: in all */
	ViewWhen when;                   /* shown at that time; with a size: also in smaller windows then */
	ViewNode *child, *next;
	Str  pane, title, sort, filter;
	ViewColumn *columns; size_t column_count;
	int64_t refresh_ms;              /* 0: the view's default; -1: off */
	ViewOption *options; size_t option_count;
	int line, column;
};
typedef struct View {
	Str id, name, description, file;
	char key;                        /* '0'..'9', 0 = none */
	ViewNode *layout;
	Str *tools; size_t tool_count;
} View;
typedef struct Views { View *view; size_t count; } Views;

/* pane_known tells whether a pane kind exists; its name list serves "did you mean". */
int views_load(Arena *a, const char *user_dir, const char *const *pane_kinds, Views *out, Err *e);
int view_parse(Arena *a, const char *file, Str text, const char *const *pane_kinds, View *out, Err *e);
const View *views_find(const Views *v, Str id);
const View *views_by_key(const Views *v, char key);

#endif
