/* One column of the playground as rows: its questions, and the answers as they come. What has come to its end is laid out once, also each line
 * of an answer that goes on; rows of the screen that show what they showed are not drawn again. */
#ifndef PANES_ANSWER_H
#define PANES_ANSWER_H

#include "chat/chat.h"
#include "ui/markdown.h"

typedef struct TurnRows {
	Arena    arena, tail_arena;
	MdRows   settled, tail;         /* tail: from the line on that may still go on */
	MdPlace  place;                 /* in the text that grows */
	uint64_t stamp;                 /* of what the rows were made of */
	uint64_t before;                /* so of the settled ones, but for the text that grows */
} TurnRows;

/* What a row of the screen was drawn with, and its stamp after that. */
typedef struct AnswerDrawn { uint64_t key, stamp; } AnswerDrawn;

/* {0} is an empty one. */
typedef struct Answer { TurnRows *turn; size_t turns, cap, rows; AnswerDrawn *drawn; size_t drawn_cap; } Answer;

void answer_done(Answer *s);
/* unfolded: reasoning and tools are shown in full, not as a row each. */
void answer_update(Answer *s, const ChatColumn *c, int w, bool unfolded);
/* The last rows that fit, or those that end `up` rows before the end. Every cell of the box is drawn. */
void answer_draw(Answer *s, Box b, size_t up);

#endif
