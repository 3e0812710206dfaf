/* The list `follow_ups` of config.yaml: what is done after a verified move of a pointer, in order. */
#ifndef CONF_FOLLOW_UPS_H
#define CONF_FOLLOW_UPS_H

#include "conf/schema.h"

typedef enum FollowKind { FOLLOW_SSM, FOLLOW_EVENTBRIDGE, FOLLOW_KINDS } FollowKind;
extern const char *const follow_kinds[FOLLOW_KINDS + 1];     /* "ssm", "eventbridge" */

typedef struct ConfFollowUp {
	FollowKind kind;
	Str name, value;                     /* ssm: the parameter */
	Str bus, source, detail_type;        /* eventbridge */
} ConfFollowUp;

enum { FOLLOW_UPS_MAX = 8 };
extern const SettingList follow_up_list;             /* of ConfFollowUp */

/* What stands for what in a name or value: "{to}". NULL-terminated; the order is that of the values of follow_expand. */
enum { FOLLOW_WORDS = 6 };
extern const char *const follow_words[FOLLOW_WORDS + 1];
/* text with every word replaced by its value, in the arena. */
Str follow_expand(Arena *a, Str text, const Str value[FOLLOW_WORDS]);

#endif
