#include "conf/prices.h"

#include <string.h>
#include <time.h>

#include "conf/embed.h"
#include "conf/yaml.h"

/* No token costs that much; it keeps tokens x price inside the range of an amount. */
static const int64_t max_micro_usd = INT64_C(10000000000);

static const char *const class_names[PRICE_CLASSES] = { "input", "output", "cache_read", "cache_write_5m", "cache_write_1h" };
static const char *const row_keys[] = {
	"model", "from", "input", "output", "cache_read", "cache_write_5m", "cache_write_1h", "geo", "above", "then", "source", NULL,
};
static const char *const top_keys[] = { "checked", "prices", NULL };

static int check_keys(const char *file, const YamlNode *map, const char *const *known, Err *e)
{
	if (map->kind != YAML_MAP)
		return yaml_error(file, map, e, "expected a mapping");
	for (const YamlNode *m = map->child; m; m = m->next) {
		const char *const *k = known;
		const char *near;

		while (*k && !str_is(m->key, *k))
			k++;
		if (*k)
			continue;
		near = nearest_word(m->key, known);
		return yaml_error_key(file, m, e, "unknown key \"%.*s\"%s%s%s", STR_ARG(m->key), near ? "; did you mean \"" : "",
		                      near ? near : "", near ? "\"?" : "");
	}
	return 0;
}

/* A decimal without sign or exponent, with no digit that would be lost. */
static int read_decimal(const char *file, const YamlNode *n, int scale, int64_t max, const char *what, int64_t *out, Err *e)
{
	Str whole, fraction;

	if (n->kind != YAML_SCALAR)
		return yaml_error(file, n, e, "expected %s", what);
	whole = str_cut(n->text, '.', &fraction);
	for (size_t i = 0; i < n->text.n; i++)
		if ((n->text.p[i] < '0' || n->text.p[i] > '9') && n->text.p[i] != '.')
			return yaml_error(file, n, e, "expected %s, not \"%.*s\"", what, STR_ARG(n->text));
	if (!whole.n || fraction.n > (size_t)scale || str_scaled(n->text, scale, out) < 0 || *out > max)
		return yaml_error(file, n, e, "expected %s, not \"%.*s\"", what, STR_ARG(n->text));
	return 0;
}

/* "2026-09-01", a real day of UTC, to ms since 1970. */
static int read_day(Str s, int64_t *ms)
{
	struct tm tm = { 0 }, back;
	int64_t year, month, day;
	time_t t;

	if (s.n != 10 || s.p[4] != '-' || s.p[7] != '-' || str_i64(str_sub(s, 0, 4), &year) < 0 ||
	    str_i64(str_sub(s, 5, 2), &month) < 0 || str_i64(str_sub(s, 8, 2), &day) < 0 || year < 1970)
		return -1;
	tm.tm_year = (int)year - 1900;
	tm.tm_mon = (int)month - 1;
	tm.tm_mday = (int)day;
	t = timegm(&tm);
	/* timegm carries 31 September over into October: a day that does not come back is none. */
	if (!gmtime_r(&t, &back) || back.tm_mon != month - 1 || back.tm_mday != day)
		return -1;
	*ms = (int64_t)t * 1000;
	return 0;
}

/* Prices of all classes in a mapping; absent ones become -1. Input must be there. */
static int read_classes(const char *file, const YamlNode *map, int64_t out[PRICE_CLASSES], Err *e)
{
	for (int i = 0; i < PRICE_CLASSES; i++) {
		const YamlNode *n = yaml_get(map, class_names[i]);

		out[i] = -1;
		if (n && read_decimal(file, n, 6, max_micro_usd, "USD per million tokens with at most six decimals", &out[i], e) < 0)
			return -1;
	}
	return out[0] < 0 ? yaml_error(file, map, e, "\"input\" is missing") : 0;
}

static int read_long(const char *file, const YamlNode *map, PriceRow *r, Err *e)
{
	static const char *const keys[] = { "input", "output", "cache_read", "cache_write_5m", "cache_write_1h", NULL };
	const YamlNode *above = yaml_get(map, "above"), *then = yaml_get(map, "then");

	if (!above && !then)
		return 0;
	if (!above || !then)
		return yaml_error(file, above ? above : then, e, "\"above\" and \"then\" belong together");
	if (above->kind != YAML_SCALAR || str_i64(above->text, &r->long_above) < 0 || r->long_above <= 0)
		return yaml_error(file, above, e, "expected a number of tokens");
	if (check_keys(file, then, keys, e) < 0)
		return -1;
	return read_classes(file, then, r->long_micro_usd, e);
}

static int read_row(Arena *a, const char *file, const YamlNode *n, PriceRow *r, Err *e)
{
	const YamlNode *model, *from, *geo, *source;
	int64_t factor = 1000;

	if (check_keys(file, n, row_keys, e) < 0)
		return -1;
	model = yaml_get(n, "model");
	if (!model || model->kind != YAML_SCALAR || !model->text.n || str_has_nul(model->text))
		return yaml_error(file, model ? model : n, e, "\"model\" must name a model");
	r->model = arena_cstr(a, model->text);
	if ((from = yaml_get(n, "from")) && (from->kind != YAML_SCALAR || read_day(from->text, &r->from_ms) < 0))
		return yaml_error(file, from, e, "expected a day like 2026-09-01");
	if ((geo = yaml_get(n, "geo")) &&
	    (read_decimal(file, geo, 3, 10000, "a factor like 1.1 with at most three decimals", &factor, e) < 0 || factor == 0))
		return factor ? -1 : yaml_error(file, geo, e, "a factor of 0 would make calls free");
	r->geo_permille = (int32_t)factor;
	source = yaml_get(n, "source");
	if (source && source->kind != YAML_SCALAR)
		return yaml_error(file, source, e, "expected text");
	r->source = source ? arena_cstr(a, source->text) : "";
	return read_classes(file, n, r->micro_usd, e) < 0 ? -1 : read_long(file, n, r, e);
}

/* A later price of a model ends the one before it. */
static int close_earlier(const char *file, const YamlNode *n, PriceRow *rows, size_t at, Err *e)
{
	for (size_t i = at; i-- > 0;) {
		if (strcmp(rows[i].model, rows[at].model) != 0)
			continue;
		if (rows[at].from_ms <= rows[i].from_ms)
			return yaml_error(file, n, e, "a second price of %s must have a later \"from\"", rows[at].model);
		rows[i].until_ms = rows[at].from_ms;
		return 0;
	}
	return 0;
}

int prices_parse(Arena *a, const char *file, Str yaml, PriceTable *out, Err *e)
{
	const YamlNode *list;
	YamlNode *root;

	*out = (PriceTable){ 0 };
	if (yaml_parse(a, file, yaml, &root, e) < 0 || check_keys(file, root, top_keys, e) < 0)
		return -1;
	if (!(list = yaml_get(root, "prices")) || list->kind != YAML_SEQ)
		return yaml_error(file, list ? list : root, e, "\"prices\" must be a list");
	out->row = ARENA_ARRAY(a, PriceRow, list->count + 1);
	for (const YamlNode *n = list->child; n; n = n->next) {
		if (read_row(a, file, n, &out->row[out->n], e) < 0 || close_earlier(file, n, out->row, out->n, e) < 0)
			return -1;
		out->n++;
	}
	return 0;
}

int prices_builtin(Arena *a, PriceTable *out, Err *e)
{
	return prices_parse(a, "prices.yaml", embed_get("src/conf/prices.yaml"), out, e);
}
