/* Inside of the read-only document: only jsonval.c and jsonval_get.c include this. */
#ifndef WIRE_JSONVAL_NODE_H
#define WIRE_JSONVAL_NODE_H

#include "wire/jsonval.h"

enum { JV_SMALL_OBJECT = 16 };   /* members; above this an index by key pays */

typedef struct JvMembers {
	JvNode   *kids;
	Str      *keys;              /* keys[i] names kids[i], in the order of the text */
	uint32_t *order;             /* indices sorted by key; NULL in a small object */
} JvMembers;

struct JvNode {
	uint8_t  type;               /* JvType */
	bool     twice;              /* its key stands more than once in its object */
	uint32_t n;                  /* children, or bytes of text */
	union {
		const char *text;
		JvNode     *items;
		JvMembers  *members;
	} u;
	const JvNode *parent;        /* NULL at the top */
};

/* NULL for a scalar. */
static inline JvNode *jv_kids(const JvNode *node)
{
	return node->type == JV_ARRAY ? node->u.items : node->type == JV_OBJECT ? node->u.members->kids : NULL;
}

#endif
