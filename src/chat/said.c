#include "chat/said.h"

#include "base/clock.h"

void said_text(const ConverseTurn *said, Buf *out)
{
	for (size_t i = 0; i < said->parts; i++)
		if (said->part[i].kind == CONVERSE_TEXT)
			(void)buf_put_str(out, buf_str(&said->part[i].text));      /* below the stream's own cap */
}

bool said_price(const PriceTable *t, Str model, const ConverseTurn *said, int64_t *nusd)
{
	const PriceCall call = { model, str_of(said->service_tier), clock_wall_ms(), said->tokens };

	*nusd = 0;
	return said->has_usage && price_amount(t, &call, nusd) == PRICE_OK;
}
