/* A card that is being drawn: what its parts share. For card_*.c only. */
#ifndef APP_CARD_SHEET_H
#define APP_CARD_SHEET_H

#include "app/card.h"
#include "ui/surface.h"

enum { SHEET_LABEL = 9 };

/* v: what would be done; NULL: nothing is planned. y: the next row that is free. */
typedef struct Sheet { App *a; Card *c; const MoveView *v; Box b; int y; Arena ar; } Sheet;

void sheet_ladder(Sheet *s);                 /* card_ladder.c */
void sheet_label(Sheet *s);                  /* card_label.c: a label of a template that is moved */
/* card_sheet.c */
void sheet_plan(Sheet *s);                   /* what would be done, and what is known about it */
/* What takes it back, as a sentence; words: where no action does. */
Str  sheet_undo(MoveAction action, Str backend, const char *words, Arena *a);
void sheet_row(Sheet *s, const char *label, Role role, const Buf *text);     /* cut to its row */
void sheet_line(Sheet *s, const char *label, Role role, Str text);
void sheet_clock(Buf *b, const App *a, int64_t ms);
void sheet_age(Buf *b, int64_t ms);
/* card_draw.c: a line that is typed; here: it is the one. */
void sheet_field(Sheet *s, int x, int room, const char *text, bool here, const char *empty);

#endif
