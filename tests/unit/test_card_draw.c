/* The rollback card as text, beside tests/screen/golden/card-80x24.txt: the numbers of one night, invented. UPDATE_GOLDEN=1 writes it anew. And what
 * it says where less is known, or less is allowed. */
#include "unit.h"

#include "act/move_own.h"
#include "app/app_impl.h"
#include "app/card.h"
#include "base/xalloc.h"
#include "model/change.h"

#define GOLDEN "tests/screen/golden/card-80x24.txt"
static const int64_t minute = 60000, now_ms = 1763604552000;        /* 20 Nov 2025, 02:09:12Z: 03:09:12 in the display's zone */

typedef struct Night { App app; Watch watch; ConfContext ctx; Errand errand; Move move; Card card; RoutePart part[2]; } Night;

static CardShare share(int64_t jobs, int64_t failed, int64_t low, int64_t high, int64_t p95_ms, int64_t nusd)
{
	return (CardShare){ .jobs = jobs, .failed = failed, .succeeded = jobs - failed, .low_ppm = low, .high_ppm = high, .p95_ms = p95_ms, .p95_n = jobs,
	                    .nusd_per_job = nusd, .from_ms = now_ms - 15 * minute, .until_ms = now_ms };
}

static CardFacts known(void)
{
	CardFacts f = { .now = share(412, 75, 148000, 222000, 9400, 41000000), .then = share(9860, 89, 7300, 11100, 6100, 18000000),
	                .others = share(31204, 250, 7100, 9100, CARD_NONE, CARD_NONE), .model = "claude-sonnet-4-5", .then_left = true,
	                .moved_ms = now_ms - 18 * minute, .moved_from = "v7", .moved_by = "ci-deploy/release-214", .moved_source = CHANGE_BY_CLOUDTRAIL,
	                .errors = 3, .error_kinds = 4, .failed_read = 75, .throttled = 3, .first_failed_ms = now_ms - 16 * minute, .diff_known = true,
	                .diff = "prompt changed | tools.2 changed | maxTokens 2048>4096 | model same", .to_model = "claude-sonnet-4-5", .to_known = true,
	                .to_status = "production", .rate_milli = 27400, .tenants = 12, .running = 37,
	                .also = "label vc-analysis v2.1>v2.2", .blame = BLAME_RELEASE, .others_well = true };

	(void)snprintf(f.error[0].code, sizeof f.error[0].code, "ToolSchemaError");
	(void)snprintf(f.error[1].code, sizeof f.error[1].code, "Timeout");
	(void)snprintf(f.error[2].code, sizeof f.error[2].code, "ThrottlingException");
	f.error[0].n = 56;
	f.error[1].n = 16;
	f.error[2].n = 2;
	return f;
}

static Night *night(void)
{
	Night *n = xcalloc(1, sizeof *n);
	App *a = &n->app;
	MoveView *v = &n->move.v;

	n->ctx = (ConfContext){ .name = STR("prod"), .stage = STR("prod"), .account_id = STR("123456789012"), .write = true, .from_file = true };
	n->watch.session = (Session){ .ctx = &n->ctx, .stage = STR("prod"), .read_only = true, .unlockable = true };
	n->part[0] = (RoutePart){ STR("v8"), 100 };
	n->part[1] = (RoutePart){ STR("v7"), 100 };
	*v = (MoveView){ .backend = "agentcore", .thing = "endpoint", .versions = true, .version = STR(""), .agent = STR("upsell_generator-x1"), .name = STR("upsell-generator"), .pointer_name = STR("prod"),
	                 .from = { &n->part[0], 1 }, .to = { &n->part[1], 1 }, .claim = true, .rev_seen = 41,
	                 .evidence = STR("41203 jobs in 30 days, 0.9 % failed") };
	n->errand = (Errand){ .a = a, .w = &n->watch, .move = &n->move };
	n->card = (Card){ .w = &n->watch, .errand = &n->errand, .state = CARD_READY, .field = FIELD_NAME, .facts = known(), .has_facts = true,
	                  .of = { .agent = "upsell-generator" }, .seen_from = "v8", .seen_to = "v7",
	                  .reason = "alert A-4711: errors 18.2 % >5 % n=412 since 02:53", .typed = "upsell-gen" };
	a->card = &n->card;
	a->mode = MODE_CARD;
	a->surface = surface_new(80, 24);
	a->spec.fixed_now_ms = now_ms;
	a->world.clock_ms = a->world.now_ms = now_ms;
	a->world.offset_ms = 3600000;
	a->world.feed[FEED_JOBS].fresh_ms = now_ms - 2000;
	a->world.contexts = 1;
	(void)snprintf(a->world.context[0].stage, sizeof(FigText), "prod");
	(void)snprintf(a->world.context[0].account, 16, "123456789012");
	(void)snprintf(a->world.context[0].region, sizeof(FigText), "eu-west-1");
	(void)snprintf(a->world.context[0].role, sizeof(FigText), "oncall-admin");
	a->world.context[0].read_only = true;
	a->world.context[0].expires_ms = now_ms + 47 * minute;
	return n;
}

static const char *screen(Night *n, Buf *out)
{
	surface_clear(n->app.surface);
	card_draw(&n->app, surface_box(n->app.surface));
	header_draw(&n->app, surface_box(n->app.surface));
	buf_reset(out);
	(void)surface_to_text(n->app.surface, false, out);
	return buf_cstr(out);
}

static void drop(Night *n, Buf *out)
{
	surface_free(n->app.surface);
	buf_done(out);
	free(n);
}

static void equals_its_golden_text(void **state)
{
	Night *n = night();
	Buf out = { 0 };
	const char *text = screen(n, &out);
	char golden[8192];
	size_t got = 0;
	FILE *f;

	(void)state;
	if (getenv("UPDATE_GOLDEN")) {
		f = fopen(GOLDEN, "w");
		assert_non_null(f);
		(void)fputs(text, f);
		(void)fclose(f);
	}
	f = fopen(GOLDEN, "r");
	assert_non_null(f);
	got = fread(golden, 1, sizeof golden - 1, f);
	golden[got] = 0;
	(void)fclose(f);
	assert_string_equal(text, golden);
	assert_int_equal(n->card.cursor_y, 15);
	drop(n, &out);
}

static void says(Night *n, Buf *out, const char *words)
{
	const char *text = screen(n, out);

	if (!strstr(text, words))
		fail_msg("'%s' is not in:\n%s", words, text);
}

static void says_not(Night *n, Buf *out, const char *words)
{
	const char *text = screen(n, out);

	if (strstr(text, words))
		fail_msg("'%s' is in:\n%s", words, text);
}

static void what_is_not_known_is_not_invented(void **state)
{
	Night *n = night();
	Buf out = { 0 };

	(void)state;
	n->card.facts.now = share(11, 2, 0, 0, 9400, CARD_NONE);
	n->card.facts.blame = BLAME_FEW;
	n->card.facts.model[0] = 0;
	n->card.facts.diff_known = n->card.facts.then_left = false;
	n->card.facts.moved_ms = n->card.facts.first_failed_ms = 0;
	n->card.facts.also[0] = 0;
	n->move.v.evidence = STR("");
	says(n, &out, "2/11");
	says(n, &out, "n<100");
	says(n, &out, "NOT KNOWN: too few jobs");
	says(n, &out, "its model is not known here");
	says(n, &out, "no move to it is on record here");
	says(n, &out, "the registry does not describe both versions");
	says(n, &out, "the last 24 h");
	says(n, &out, "nothing vouches for it");
	says_not(n, &out, "ALSO");
	says_not(n, &out, "GOOD");
	says_not(n, &out, "first ");
	n->card.has_facts = false;
	says(n, &out, "figures are being read");
	(void)snprintf(n->card.facts_error, sizeof n->card.facts_error, "disk I/O error");
	says(n, &out, "disk I/O error");
	says_not(n, &out, "rollback will");
	drop(n, &out);
}

static void what_it_takes(void **state)
{
	Night *n = night();
	Buf out = { 0 };

	(void)state;
	says(n, &out, "rev 41, RO");
	says(n, &out, "type to unlock: upsell-generator > upsell-gen");
	says(n, &out, "[10 of 16]");
	(void)snprintf(n->card.typed, sizeof n->card.typed, "upsell-generatoe");
	says(n, &out, " not the name");
	(void)snprintf(n->card.typed, sizeof n->card.typed, "upsell-generator");
	says(n, &out, "[16 of 16]");
	says(n, &out, "[ Cancel ]");
	n->card.send = true;
	says(n, &out, "[ Roll back ]");
	says_not(n, &out, "[ Cancel ]");
	n->card.no_claim = true;
	n->move.v.claim = false;
	says(n, &out, "NO CLAIM");
	says(n, &out, "unlocked-race");
	n->watch.session.unlockable = false;
	n->ctx.write = false;
	says(n, &out, "READ-ONLY: nothing can be sent");
	says(n, &out, "contexts.prod in config.yaml needs:  write: true");
	says_not(n, &out, "[ ");
	n->watch.session.read_only = false;
	n->watch.session.stage = STR("dev");
	n->card.no_claim = false;
	says(n, &out, "the name need not be typed in this stage");
	n->card.ignored = 2;
	n->card.pasted = 1;
	says(n, &out, "2 keys ignored, 1 paste ignored: the name is typed");
	for (Blame b = BLAME_THROTTLING; b <= BLAME_SAME; b++) {
		n->card.facts.blame = b;
		says(n, &out, "rollback will probably not help");
	}
	n->move.v.name = STR("evil\033[2Jname");
	says_not(n, &out, "\033");
	drop(n, &out);
}

/* Nobody can run it on a shell's terms: what is data stays one word. */
static void the_command_quotes_what_is_data(void **state)
{
	Night *n = night();
	const CardPlace place = { .region = STR("eu-west-1"), .table = STR("agents") };
	Arena a = { 0 };
	Str text = card_aws_command(&n->move.v, &place, &a);
	Buf out = { 0 };

	(void)state;
	assert_true(str_is(text, "aws bedrock-agentcore-control update-agent-runtime-endpoint --region eu-west-1 --agent-runtime-id upsell_generator-x1 "
	                   "--endpoint-name prod --agent-runtime-version v7"));
	n->part[1].version = STR("v7; rm -rf 'x'");
	text = card_aws_command(&n->move.v, &place, &a);
	assert_true(str_ends(text, STR("--agent-runtime-version 'v7; rm -rf '\\''x'\\'''")));
	n->move.v.backend = "agents-classic";
	n->move.v.thing = "alias";
	n->move.v.pointer = STR("arn:aws:bedrock:eu-west-1:1:agent-alias/AGENT1/ALIAS9");
	n->part[1].version = STR("7");
	text = card_aws_command(&n->move.v, &place, &a);
	assert_true(str_has(text, STR("--agent-alias-id ALIAS9 --agent-alias-name prod --routing-configuration 'agentVersion=7'")));
	arena_done(&a);
	drop(n, &out);
}

/* What moves nothing: what becomes of what, with which call, whom that reaches, and what takes it back. */
static void what_changes_and_what_takes_it_back(void **state)
{
	Night *n = night();
	MoveView *v = &n->move.v;
	Buf out = { 0 };

	(void)state;
	n->card.kind = CARD_PAUSE;
	v->action = MOVE_PAUSE;
	v->backend = "agents-classic";
	v->thing = "alias";
	v->call = "UpdateAgentAlias (aliasInvocationState REJECT_INVOCATIONS)";
	v->reach = "callers of this alias";
	v->change = STR("upsell-generator prod: serving > paused");
	n->card.seen_to[0] = 0;
	says(n, &out, " PAUSE  upsell-generator / prod");
	says(n, &out, " change  upsell-generator prod: serving > paused");
	says(n, &out, " call    UpdateAgentAlias (aliasInvocationState REJECT_INVOCATIONS)");
	says(n, &out, " reaches callers of this alias");
	says(n, &out, " undo    :undo, with UpdateAgentAlias (aliasInvocationState ACCEPT_INVOCATIONS)");
	says(n, &out, "NOT the model, NOT Bedrock");
	says_not(n, &out, "is it");
	says_not(n, &out, "ALSO");
	assert_int_equal(n->card.cursor_y, 15);                      /* what is typed stands where it does on every card */
	n->card.send = true;
	says(n, &out, "[ Pause ]");
	n->card.kind = CARD_APPROVE;
	v->action = MOVE_APPROVE;
	v->version = STR("v9");
	(void)snprintf(n->card.seen_to, sizeof n->card.seen_to, "v9");
	says(n, &out, " APPROVE  upsell-generator v9 / prod");
	says(n, &out, " undo    :reject of the same version");
	says(n, &out, " v9 then      9860");
	says(n, &out, " diff    prompt changed");
	v->change = STR("evil\033[2Jname");
	says_not(n, &out, "\033");
	drop(n, &out);
}

/* All rungs, whatever the window, each with what it would do or why it cannot. */
static void the_ladder_fits(void **state)
{
	static const struct { const char *pointer; int has[RUNGS]; } ends[] = {
		{ "agentcore/prod", { 1, 1, 0, 1, 1 } }, { "agents-classic/prod", { 0, 0, 1, 0, 1 } }, { "dynamodb/route", { 0, 0, 0, 0, 1 } },
	};
	static const int sizes[][2] = { { 60, 21 }, { 80, 24 }, { 200, 50 } };
	Config conf = { 0 };
	Night *n = night();
	Buf out = { 0 };
	MoveWay way;

	(void)state;
	n->watch.session.conf = &conf;
	n->card.kind = CARD_STOP;
	n->card.state = CARD_LADDER;
	for (size_t e = 0; e < sizeof ends / sizeof *ends; e++)
		for (size_t w = 0; w < sizeof sizes / sizeof *sizes; w++) {
			surface_free(n->app.surface);
			n->app.surface = surface_new(sizes[w][0], sizes[w][1]);
			(void)snprintf(n->card.of.pointer, sizeof n->card.of.pointer, "%s", ends[e].pointer);
			for (int i = 0; i < RUNGS; i++) {
				says(n, &out, rungs[i].name);
				assert_int_equal(card_rung_way(&n->card, &rungs[i], &way), ends[e].has[i]);
				assert_true(way.text && *way.text);
			}
			says(n, &out, "the mildest first: a number takes a rung");
			says(n, &out, "config    no parking version");
			/* Where there are rows for it the remedy is whole. */
			if (sizes[w][0] >= 80)
				says(n, &out, sizes[w][0] == 80 ? "configuration\n" : "version: V}] into the configuration");
		}
	n->card.rung = rung_of(STR("sessions"));
	n->card.field = FIELD_SESSIONS;
	(void)snprintf(n->card.of.sessions, sizeof n->card.of.sessions, "session-one");
	says(n, &out, "sessions > session-one");
	drop(n, &out);
}

/* However small the window became. */
static void a_window_that_is_too_small_says_how_to_leave(void **state)
{
	Night *n = night();
	Buf out = { 0 };

	(void)state;
	surface_resize(n->app.surface, 20, 5);
	assert_non_null(strstr(screen(n, &out), "Esc closes the card"));
	drop(n, &out);
}

/* What says how a card is opened is one line of the narrowest usual window. */
static void how_it_is_opened_fits_a_line(void **state)
{
	(void)state;
	for (int i = 0; i < CARD_KINDS; i++) {
		assert_true(strlen(card_rows[i].how) <= 80);
		assert_true(!card_rows[i].elsewhere || strlen(card_rows[i].elsewhere) <= 80);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equals_its_golden_text), cmocka_unit_test(what_is_not_known_is_not_invented), cmocka_unit_test(what_it_takes),
		cmocka_unit_test(the_command_quotes_what_is_data), cmocka_unit_test(what_changes_and_what_takes_it_back),
		cmocka_unit_test(the_ladder_fits), cmocka_unit_test(a_window_that_is_too_small_says_how_to_leave),
		cmocka_unit_test(how_it_is_opened_fits_a_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
