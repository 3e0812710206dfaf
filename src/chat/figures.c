#include "chat/figures.h"

static const int64_t FIGURE_MOST = INT64_C(10000000000000);

static const char *const names[PRICE_CLASSES] = { "input", "output", "cacheRead", "cacheWrite5m", "cacheWrite1h" };

int figure_take(JsonVal v, const char *key, int64_t *out, Err *e)
{
	if (jv_i64(v, key, out, e) < 0)
		return -1;
	return *out < -1 || *out > FIGURE_MOST ? err_set(e, "%s: out of range", key) : 0;
}

void tokens_put(JsonW *w, const Tokens *t)
{
	const int64_t v[PRICE_CLASSES] = { t->input, t->output, t->cache_read, t->cache_write_5m, t->cache_write_1h };

	jw_key(w, "tokens");
	jw_object(w);
	for (int i = 0; i < PRICE_CLASSES; i++)
		jw_ki64(w, names[i], v[i]);
	jw_object_end(w);
}

int tokens_take(JsonVal v, Tokens *t, Err *e)
{
	int64_t *const out[PRICE_CLASSES] = { &t->input, &t->output, &t->cache_read, &t->cache_write_5m, &t->cache_write_1h };
	JsonVal tokens;

	if (jv_object(v, "tokens", &tokens, e) < 0)
		return -1;
	for (int i = 0; i < PRICE_CLASSES; i++)
		if (figure_take(tokens, names[i], out[i], e) < 0)
			return -1;
	return 0;
}
