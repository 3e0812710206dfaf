/* One column of the playground as rows: its questions, and the answers as they come. What has come to its end is laid out once. */
#ifndef PANES_ANSWER_H
#define PANES_ANSWER_H

#include "chat/turn.h"
#include "ui/markdown.h"

typedef struct TurnRows {
	Arena    arena;
	MdRow   *row;
	size_t   n;
	uint64_t stamp;                 /* of what the rows were made of */
} TurnRows;

/* {0} is an empty one. */
typedef struct Answer { TurnRows *turn; size_t turns, cap, rows; } Answer;

void answer_done(Answer *s);
/* unfolded: reasoning and tools are shown in full, not as a row each. */
void answer_update(Answer *s, const ChatColumn *c, int w, bool unfolded);
/* The last rows that fit, or those that end `up` rows before the end. */
void answer_draw(const Answer *s, Box b, size_t up);

#endif
