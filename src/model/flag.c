#include "model/flag.h"

#include "model/mask.h"

enum { SAMPLE_BEFORE = 30, SAMPLE_SPAN = 400, UNUSUAL_TIMES = 10, CRITICAL_TIMES = 100, UNUSUAL_LEAST = 20000 };

static const char *const kind_names[FLAG_KINDS] = {
	[FLAG_PROMPT_INJECTION] = "prompt_injection", [FLAG_SUSPICIOUS_PATTERN] = "suspicious_pattern",
	[FLAG_UNUSUAL_TOKEN_USAGE] = "unusual_token_usage", [FLAG_INPUT_LENGTH] = "input_length", [FLAG_ENCODED_TEXT] = "encoded_text",
	[FLAG_OUTPUT_LEAK] = "output_leak", [FLAG_OUTPUT_SECRET] = "output_secret", [FLAG_OUTPUT_TRACE] = "output_trace",
	[FLAG_GUARDRAIL] = "guardrail",
};
static const char *const severity_names[FLAG_SEVERITIES] = { "low", "medium", "high", "critical" };

const char *flag_kind_name(FlagKind k)
{
	return kind_names[k];
}

const char *flag_severity_name(FlagSeverity s)
{
	return severity_names[s];
}

Flag flag_make(FlagKind kind, FlagSeverity severity, double score, const char *rule, int64_t time_ms)
{
	return (Flag){ .kind = kind, .severity = severity, .score = score, .rule = rule, .view = "plain", .time_ms = time_ms };
}

/* Cut to FLAG_SAMPLE characters. */
static void cut_sample(char *p)
{
	size_t chars = 0;

	for (; *p; p++)
		if (((unsigned char)*p & 0xC0) != 0x80 && ++chars > FLAG_SAMPLE) {
			*p = 0;
			return;
		}
}

/* Where masking must begin so that nothing that is masked is cut: behind a blank, or as far back as it takes. */
static size_t sample_begin(Str text, size_t from)
{
	size_t at = from > SAMPLE_BEFORE ? from - SAMPLE_BEFORE : 0, least = at > SAMPLE_SPAN ? at - SAMPLE_SPAN : 0;

	while (at > least && text.p[at - 1] != ' ' && text.p[at - 1] != '\n')
		at--;
	while (at && ((unsigned char)text.p[at] & 0xC0) == 0x80)
		at--;
	return at;
}

void flag_place(Flag *f, Str text, uint32_t from, uint32_t to, const char *view)
{
	size_t begin;

	if (from > text.n)
		from = (uint32_t)text.n;
	f->from = from;
	f->to = to;
	f->view = view;
	begin = sample_begin(text, from);
	(void)mask_into(str_sub(text, begin, text.n - begin), f->sample, sizeof f->sample);
	cut_sample(f->sample);
}

bool flag_token_usage(Flag *f, int64_t tokens, int64_t usual, int64_t time_ms)
{
	if (usual <= 0 || tokens < UNUSUAL_LEAST || tokens / UNUSUAL_TIMES < usual)
		return false;
	*f = flag_make(FLAG_UNUSUAL_TOKEN_USAGE, tokens / CRITICAL_TIMES >= usual ? FLAG_CRITICAL : FLAG_HIGH, 1, "tokens-of-a-call", time_ms);
	return true;
}
