#include "model/quota.h"

#include "model/price.h"

enum { NAME_MAX_BYTES = 120, DATE_DIGITS = 8, CLAUDE_WEIGHT = 5 };

typedef struct Plain { char text[NAME_MAX_BYTES]; size_t n; } Plain;       /* letters and digits alone, in lower case */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static void put(Plain *p, Str s)
{
	for (size_t i = 0; i < s.n && p->n < sizeof p->text; i++) {
		char c = s.p[i] >= 'A' && s.p[i] <= 'Z' ? (char)(s.p[i] + 32) : s.p[i];

		if ((c >= 'a' && c <= 'z') || is_digit(c))
			p->text[p->n++] = c;
	}
}

static Str text_of(const Plain *p)
{
	return (Str){ p->text, p->n };
}

static bool cut_front(Str *s, const char *text)
{
	Str front = str_of(text);

	if (s->n < front.n || !str_eq_nocase(str_sub(*s, 0, front.n), front))
		return false;
	*s = str_sub(*s, front.n, s->n);
	return true;
}

bool quota_read(Str name, QuotaName *out)
{
	static const struct { const char *text; QuotaWay way; } ways[] = {
		{ "On-demand ", QUOTA_ON_DEMAND }, { "Cross-region ", QUOTA_CROSS_REGION }, { "Global cross-region ", QUOTA_GLOBAL } };
	static const struct { const char *text; QuotaUnit unit; } units[] = {
		{ "requests per minute for ", QUOTA_REQUESTS }, { "tokens per minute for ", QUOTA_TOKENS } };
	bool known = false;

	for (size_t i = 0; i < sizeof ways / sizeof *ways && !known; i++)
		if ((known = cut_front(&name, ways[i].text)))
			out->way = ways[i].way;
	/* Latency-optimised inference and the like have quotas of their own, which stand in no metric of the model. */
	if (!known || (!cut_front(&name, "model inference ") && !cut_front(&name, "InvokeModel ")))
		return false;
	known = false;
	for (size_t i = 0; i < sizeof units / sizeof *units && !known; i++)
		if ((known = cut_front(&name, units[i].text)))
			out->unit = units[i].unit;
	out->model = name;
	return known && name.n > 0;
}

QuotaWay quota_way(Str model_id)
{
	Str id = price_cut_arn(model_id);

	return str_eq(price_base_model(id), id) ? QUOTA_ON_DEMAND : str_starts(id, STR("global.")) ? QUOTA_GLOBAL : QUOTA_CROSS_REGION;
}

/* "20250929" */
static bool is_date(Str word)
{
	for (size_t i = 0; i < word.n; i++)
		if (!is_digit(word.p[i]))
			return false;
	return word.n == DATE_DIGITS;
}

/* Behind the vendor, without date and revision; a second or later version stays: it is another model. */
static void put_id(Plain *p, Str id)
{
	Str rest = str_cut(id, ':', &id), word;
	bool revision = id.n > 0;

	while (rest.n) {
		word = str_cut(rest, '-', &rest);
		if (is_date(word) || (!rest.n && (str_is(word, "v1") || (revision && str_is(word, "1")))))
			continue;
		put(p, word);
	}
}

static void put_quota(Plain *p, Str name)
{
	if (str_ends(name, STR(" V1")))
		name = str_sub(name, 0, name.n - 3);
	put(p, name);
}

bool quota_is_of(Str quota_model, Str model_id)
{
	Str rest, vendor = str_cut(price_base_model(model_id), '.', &rest);
	Plain want = { .n = 0 }, id = { .n = 0 }, whole = { .n = 0 };

	put_quota(&want, quota_model);
	put_id(&id, rest);
	put(&whole, vendor);
	put(&whole, text_of(&id));
	return id.n && want.n && (str_eq(text_of(&want), text_of(&id)) || str_eq(text_of(&want), text_of(&whole)));
}

int quota_output_weight(Str model_id)
{
	Str base = price_base_model(model_id);

	bool early = str_has(base, STR("claude-instant")) || str_has(base, STR("claude-v2")) ||
	             (str_has(base, STR("claude-3")) && !str_has(base, STR("claude-3-7")));

	return str_starts(base, STR("anthropic.")) && !early ? CLAUDE_WEIGHT : 1;
}
