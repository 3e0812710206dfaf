#include "chat/guess.h"

enum { BYTES_A_TOKEN = 4, WITHIN = 30, AROUND = 100 /* tokens that the service adds at most */ };

int64_t guess_tokens(int64_t bytes, int *within)
{
	*within = WITHIN;
	return bytes / BYTES_A_TOKEN + 1;
}

static size_t bytes_of(const ConverseIn *in)
{
	size_t n = 0;

	for (size_t i = 0; i < in->messages.n; i++)
		for (size_t k = 0; k < in->messages.v[i].content.n; k++)
			n += in->messages.v[i].content.v[k].text.n + in->messages.v[i].content.v[k].tool_use.input.n;
	for (size_t i = 0; i < in->system.n; i++)
		n += in->system.v[i].text.n;
	for (size_t i = 0; i < in->tools.tools.n; i++)
		n += in->tools.tools.v[i].spec.schema.json.n;
	return n;
}

int64_t guess_most_nusd(const PriceTable *t, const ConverseIn *in, int64_t at_ms)
{
	const Tokens most = { .input = (int64_t)bytes_of(in) / 2 + AROUND, .output = in->limits.max_tokens };

	return price_reckon(t, &(PriceCall){ in->model, STR(""), at_ms, most }, NULL);
}
