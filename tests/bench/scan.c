/* The guards' rules beside PCRE2: forty patterns over messages of some hundred bytes. "name value" lines, CPU time.
 *
 *     scan rules|patterns ROUNDS     nanoseconds a message and MB/s
 *     scan stream ROUNDS             nanoseconds for each piece of six bytes
 *     scan score ROUNDS              microseconds for 4 KiB: readings, rules, model */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "conf/embed.h"
#include "model/inject.h"

enum { MESSAGES = 1000, MESSAGE = 103, SCORED = 4096 };

/* What the rules look for, as people write it for a filter of patterns. */
static const char *const patterns[] = {
	"ignore\\s+(all\\s+)?(previous|prior|above|earlier)\\s+(instructions|rules|directives)", "disregard\\s+(all\\s+)?(previous|prior|above|the|your)",
	"forget\\s+(everything|all|your|the)\\s+\\w+", "bypass\\s+(the|your|all|every)\\s+\\w+", "override\\s+(the|your|all|every)\\s+\\w+",
	"pay\\s+no\\s+attention\\s+to", "do\\s+not\\s+follow\\s+(the|your)", "(reveal|show|print|repeat|display)\\s+(me\\s+)?(your|the)\\s+(system\\s+)?(prompt|instructions)",
	"system\\s+prompt", "(initial|hidden|secret)\\s+(prompt|instructions)", "developer\\s+message", "what\\s+(are|were)\\s+your\\s+instructions",
	"word\\s+for\\s+word", "everything\\s+above", "you\\s+are\\s+now\\s+\\w+", "(act|acting)\\s+as\\s+(an?\\s+)?\\w+", "pretend\\s+(to\\s+be|you)", "role[ -]?play",
	"do\\s+anything\\s+now", "(no|without)\\s+(restrictions|limits|filters?)", "(developer|debug|admin|god|maintenance)\\s+mode", "jailbreak", "<\\|im_start\\|>",
	"\\[/?inst\\]", "</?system>", "###\\s*instruction", "new\\s+instructions?:", "note\\s+to\\s+(the\\s+)?(model|ai)", "dear\\s+(model|assistant)",
	"without\\s+(asking|confirmation|approval|review)", "do\\s+not\\s+(tell|mention|inform)", "(send|forward|upload|post)\\s+(it|this|the|all)\\s+.{0,40}https?://",
	"(api[ _-]?key|password|credentials|secret\\s+key)", "union\\s+select", "drop\\s+table", "or\\s+1\\s*=\\s*1", "<script", "169\\.254\\.169\\.254", "base64\\s+-d",
	"rm\\s+-rf\\s+/",
};
enum { PATTERNS = sizeof patterns / sizeof *patterns };

static const char words[] =
	"the order of table four was paid in cash and nobody asked for change today please list every open ticket that my team has not answered and say which "
	"customer waits longest since the release on monday our agent answers more slowly than before so compare both versions and tell me what differs in cost ";

static int64_t now_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void fill(char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		p[i] = words[(i * 1 + i / 977 * 31) % (sizeof words - 1)];
}

static void say(const char *what, int64_t took, int rounds, size_t each, size_t pieces)
{
	(void)printf("%s_ns %.1f\n%s_mb_s %.1f\n", what, (double)took / rounds / (double)pieces, what, (double)each * (double)pieces * rounds * 1e3 / (double)took);
}

static void run_rules(const Inject *x, const char *text, int rounds)
{
	int64_t began = now_ns();
	uint64_t found = 0;

	for (int r = 0; r < rounds; r++)
		for (size_t i = 0; i < MESSAGES; i++) {
			InjectStream s = { 0 };

			found |= inject_stream(x, &s, (Str){ text + i * MESSAGE, MESSAGE });
		}
	say("rules", now_ns() - began, rounds, MESSAGE, MESSAGES);
	(void)printf("rules_found %d\n", __builtin_popcountll(found));
}

static void run_stream(const Inject *x, const char *text, int rounds)
{
	int64_t began = now_ns();
	size_t pieces = MESSAGES * MESSAGE / 6;

	for (int r = 0; r < rounds; r++) {
		InjectStream s = { 0 };

		for (size_t i = 0; i < pieces; i++)
			(void)inject_stream(x, &s, (Str){ text + i * 6, 6 });
	}
	say("stream", now_ns() - began, rounds, 6, pieces);
	(void)printf("stream_state_bytes %zu\n", sizeof(InjectStream));
}

static void run_score(Inject *x, const char *text, int rounds)
{
	int64_t began = now_ns();
	InjectResult r;

	for (int i = 0; i < rounds; i++)
		inject_scan(x, (Str){ text + i % 1000, SCORED }, INJECT_LENGTH, &r);
	(void)printf("score_4k_us %.1f\n", (double)(now_ns() - began) / 1e3 / rounds);
}

static int run_patterns(const char *text, int rounds)
{
	pcre2_code *code[PATTERNS];
	pcre2_match_data *m = pcre2_match_data_create(8, NULL);
	int64_t began;
	int found = 0;

	for (size_t i = 0; i < PATTERNS; i++) {
		int error;
		PCRE2_SIZE at;

		code[i] = pcre2_compile((PCRE2_SPTR)patterns[i], PCRE2_ZERO_TERMINATED, PCRE2_CASELESS | PCRE2_UTF, &error, &at, NULL);
		if (!code[i] || pcre2_jit_compile(code[i], PCRE2_JIT_COMPLETE) != 0)
			return 1;
	}
	began = now_ns();
	for (int r = 0; r < rounds; r++)
		for (size_t i = 0; i < MESSAGES; i++)
			for (size_t k = 0; k < PATTERNS; k++)
				found += pcre2_jit_match(code[k], (PCRE2_SPTR)text + i * MESSAGE, MESSAGE, 0, 0, m, NULL) > 0;
	say("patterns", now_ns() - began, rounds, MESSAGE, MESSAGES);
	(void)printf("patterns_found %d\n", found > 0);
	for (size_t i = 0; i < PATTERNS; i++)
		pcre2_code_free(code[i]);
	pcre2_match_data_free(m);
	return 0;
}

int main(int argc, char **argv)
{
	int rounds = argc > 2 ? (int)strtol(argv[2], NULL, 10) : 0, rc = 0;
	char *text = malloc(MESSAGES * MESSAGE + 1);
	Err e = { 0 };
	Inject *x = inject_new(embed_get("src/model/inject.weights"), 1 << 16, &e);

	if (!x || !text || rounds < 1) {
		(void)fprintf(stderr, "usage: scan rules|patterns|stream|score ROUNDS\n");
		return 2;
	}
	fill(text, MESSAGES * MESSAGE);
	if (strcmp(argv[1], "rules") == 0)
		run_rules(x, text, rounds);
	else if (strcmp(argv[1], "stream") == 0)
		run_stream(x, text, rounds);
	else if (strcmp(argv[1], "score") == 0)
		run_score(x, text, rounds);
	else
		rc = run_patterns(text, rounds);
	inject_free(x);
	free(text);
	return rc;
}
