#include "conf/follow_ups.h"

#include "conf/checks.h"
#include "conf/yaml.h"

const char *const follow_kinds[FOLLOW_KINDS + 1] = { [FOLLOW_SSM] = "ssm", [FOLLOW_EVENTBRIDGE] = "eventbridge", NULL };
const char *const follow_words[FOLLOW_WORDS + 1] = { "{agent}", "{pointer}", "{from}", "{to}", "{action}", "{op}", NULL };

/* The word that text begins with, or -1. */
static int word_at(Str text)
{
	for (int i = 0; i < FOLLOW_WORDS; i++)
		if (str_starts(text, str_of(follow_words[i])))
			return i;
	return -1;
}

Str follow_expand(Arena *a, Str text, const Str value[FOLLOW_WORDS])
{
	Buf b = { 0 };
	Str out;

	for (size_t i = 0; i < text.n; i++) {
		int word = word_at(str_sub(text, i, text.n));

		if (word < 0) {
			(void)buf_putc(&b, text.p[i]);
			continue;
		}
		(void)buf_put_str(&b, value[word]);
		i += strlen(follow_words[word]) - 1;
	}
	out = arena_str(a, buf_str(&b));
	buf_done(&b);
	return out;
}

/* Every brace belongs to a word that is known. */
static bool check_template(Str s)
{
	for (size_t i = 0; i < s.n; i++) {
		int word = word_at(str_sub(s, i, s.n));

		if (word >= 0)
			i += strlen(follow_words[word]) - 1;
		else if (s.p[i] == '{' || s.p[i] == '}')
			return false;
	}
	return !str_has_nul(s);
}

static int check_entry(const char *file, const YamlNode *map, void *out, Err *e)
{
	static const struct { FollowKind kind; const char *key; bool must; } keys[] = {
		{ FOLLOW_SSM, "name", true }, { FOLLOW_SSM, "value", true }, { FOLLOW_EVENTBRIDGE, "bus", false },
		{ FOLLOW_EVENTBRIDGE, "source", false }, { FOLLOW_EVENTBRIDGE, "detail_type", false },
	};
	const ConfFollowUp *f = out;

	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		const YamlNode *n = yaml_get(map, keys[i].key);

		if (n && keys[i].kind != f->kind)
			return yaml_error_key(file, n, e, "%s goes with kind: %s", keys[i].key, follow_kinds[keys[i].kind]);
		if (!n && keys[i].must && keys[i].kind == f->kind)
			return yaml_error(file, map, e, "a follow-up of kind %s needs %s", follow_kinds[f->kind], keys[i].key);
	}
	return 0;
}

#define AT(member) .offset = offsetof(ConfFollowUp, member)
#define WORDS_WANT "text in which {agent}, {pointer}, {from}, {to}, {action} and {op} may stand, and no other braces"
static const Setting rows[] = {
	{ "kind", SET_WORD, AT(kind), .words = follow_kinds, .must = true, .help = "ssm: PutParameter. eventbridge: PutEvents." },
	{ "name", SET_TEXT, AT(name), .min = 1, .max = 1011, .check = check_template, .want = WORDS_WANT,
	  .help = "ssm: the parameter. {to} is the version with the most traffic." },
	{ "value", SET_TEXT, AT(value), .min = 1, .max = 4096, .check = check_template, .want = WORDS_WANT, .help = "ssm: what it is set to." },
	{ "bus", SET_TEXT, AT(bus), .min = 1, .max = 1600, .fallback = "default", .help = "eventbridge: name or ARN of the event bus." },
	{ "source", SET_TEXT, AT(source), .min = 1, .max = 256, .fallback = "seismo", .help = "eventbridge: the event's source." },
	{ "detail_type", SET_TEXT, AT(detail_type), .min = 1, .max = 128, .fallback = "PointerMoved", .help = "eventbridge: the event's detail-type." },
};
#undef AT
const SettingList follow_up_list = { SCHEMA(rows), sizeof(ConfFollowUp), check_entry, NULL };
