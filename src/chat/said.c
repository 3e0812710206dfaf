#include "chat/said.h"

#include "base/clock.h"

void said_text(const ConverseTurn *said, Buf *out)
{
	for (size_t i = 0; i < said->parts; i++)
		if (said->part[i].kind == CONVERSE_TEXT)
			(void)buf_put_str(out, buf_str(&said->part[i].text));      /* below the stream's own cap */
}

static bool price(const PriceTable *t, Str model, const ConverseTurn *said, Tokens tokens, int64_t *nusd)
{
	const PriceCall call = { model, str_of(said->service_tier), clock_wall_ms(), tokens };

	*nusd = 0;
	return said->has_usage && price_amount(t, &call, nusd) == PRICE_OK;
}

bool said_price(const PriceTable *t, Str model, const ConverseTurn *said, int64_t *nusd)
{
	return price(t, model, said, said->tokens, nusd);
}

bool said_cold_steady(const PriceTable *t, Str model, const ConverseTurn *said, int64_t *cold_nusd, int64_t *steady_nusd)
{
	const Tokens *k = &said->tokens;
	const int64_t cached = k->cache_read + k->cache_write_5m + k->cache_write_1h;
	Tokens cold = { .input = k->input, .output = k->output }, steady = cold;

	/* A read does not say how long what it reads was written for. */
	if (k->cache_write_1h)
		cold.cache_write_1h = cached;
	else
		cold.cache_write_5m = cached;
	steady.cache_read = cached;
	return price(t, model, said, cold, cold_nusd) && price(t, model, said, steady, steady_nusd);
}
