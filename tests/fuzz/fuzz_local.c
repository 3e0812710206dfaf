/* Any bytes as the answer of a local model, as events of chat completions or as lines of Ollama, line by line: what does not read has a sentence,
 * and what was read is a turn that can be told again and asked with in both dialects. The first byte chooses the dialect. */
#include <stdlib.h>

#include "local/dialect.h"
#include "wire/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void need(bool holds)
{
	if (!holds)
		abort();
}

/* What was said, as a part of the next question. */
static void ask_again(Arena *a, const ConverseTurn *said, LocalKind kind)
{
	const ConfLocalModel m = { .id = STR("x"), .kind = kind, .model = STR("m") };
	ConverseMessage message;
	ConverseIn in = { .messages = { &message, 1 } };
	Buf body = { 0 };
	Err e = { 0 };

	/* The input of a tool is the model's and need not be JSON: then it is told so. */
	if (converse_turn_message(said, a, &message, &e) < 0) {
		need(e.text[0]);
		return;
	}
	need(local_request(&m, &in, &body, &e) == 0);
	need(json_check(buf_str(&body), body.n, NULL) == 0);
	buf_done(&body);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ConverseTurn said = { 0 };
	LocalFold f = { .said = &said };
	Arena a = { 0 };
	Str rest = { (const char *)data + 1, size ? size - 1 : 0 };
	int rc = 0;

	while (rest.n && rc == 0 && !f.done) {
		const Str line = str_cut(rest, '\n', &rest);
		Err e = { 0 };

		arena_reset(&a);
		f.added = false;
		rc = data[0] & 1 ? local_ollama_line(&a, line, &f, &e) : local_openai_event(&a, line, &f, &e);
		need(rc == 0 || e.text[0]);
	}
	need(said.tokens.input >= 0 && said.tokens.output >= 0);
	ask_again(&a, &said, LOCAL_OPENAI);
	ask_again(&a, &said, LOCAL_OLLAMA);
	converse_turn_done(&said);
	arena_done(&a);
	return 0;
}
