#include "panes/jobcells.h"

#include "panes/fmt.h"

enum { WIDE = 120, WIDER = 150, WIDEST = 176 };      /* windows from which on there is room for more */

/* At 80 cells the first nine fill the window, at 120 all of them. */
const TableColumn job_columns[JOB_COLS] = {
	[COL_STATE]    = { "state", "stat", 4, false, 'S', 0 },
	[COL_AGE]      = { "age", "age", 5, true, 'A', 0 },
	[COL_ID]       = { "id", "id", 8, false, 'I', 0 },
	[COL_CONTEXT]  = { "context", "context", 8, false, 'X', 0 },
	[COL_AGENT]    = { "agent", "agent@version", 22, false, 'N', 0 },
	[COL_TENANT]   = { "tenant", "tenant", 10, false, 'T', 0 },
	[COL_PERSONA]  = { "persona", "persona", 8, false, 'P', 0 },
	[COL_TOKENS]   = { "tokens", "tokens", 6, true, 'K', 0 },
	[COL_COST]     = { "cost", "$", 7, true, 'C', 0 },
	[COL_RETRIES]  = { "retries", "re", 2, true, 'E', 0 },
	[COL_TRACE]    = { "trace", "trace", 6, false, 0, WIDE },
	[COL_MODEL]    = { "model", "model", 10, false, 'M', 92 },
	[COL_CACHE]    = { "cache", "cach", 4, false, 'H', 98 },
	[COL_LATENCY]  = { "latency", "took", 5, true, 'L', 104 },
	[COL_STOP]     = { "stop", "stop", 4, false, 'O', WIDE },
	[COL_TEMPLATE] = { "template", "templ", 5, false, 'V', WIDE },
};

/* A list of failures needs its error codes in full more than it needs models and tokens; with several contexts their names stand
 * where the last columns are. */
static void hide(Table *t, JobLook look)
{
	int w = look.w;
	bool both = look.several && w < WIDER;

	t->hidden[COL_CONTEXT] = !look.several;
	t->hidden[COL_MODEL] = look.failures && w < WIDER;
	t->hidden[COL_TEMPLATE] = both || (look.failures && w < WIDER);
	t->hidden[COL_STOP] = both;
	t->hidden[COL_TOKENS] = look.failures && w < 100;
	t->hidden[COL_PERSONA] = look.several && !look.failures && w < 101;
	t->hidden[COL_TENANT] = look.several && look.failures && w < 110;
}

static int width_of(JobCol c, JobLook look)
{
	int w = look.w;

	switch (c) {
	case COL_PERSONA:
		return look.failures ? (w < 100 ? 15 : 25) : w >= WIDEST ? 14 : 8;
	case COL_TENANT:
		return w >= WIDEST ? 14 : 10;
	case COL_TRACE:
		return w >= WIDEST ? 16 : w >= WIDER ? 8 : 6;
	case COL_MODEL:
		return w >= WIDEST ? 26 : w >= WIDER ? 22 : 10;
	case COL_STOP:
		return w >= WIDER ? 8 : 4;
	case COL_TEMPLATE:
		return w >= WIDER ? 16 : 5;
	default:
		return job_columns[c].width;
	}
}

void job_widths(Table *t, JobLook look)
{
	hide(t, look);
	for (int i = 0; i < t->shown_n && !t->chosen; i++)
		t->width[i] = width_of((JobCol)t->shown[i], look);
}

static const struct { const char *word; Role role;
} states[JOB_STATES] = {
	[JOB_QUEUED] = { "..wt", ROLE_DIM },     [JOB_RUNNING] = { ">run", ROLE_LIVE },
	[JOB_SUCCEEDED] = { "+ok", ROLE_OK },    [JOB_FAILED] = { "!err", ROLE_ERROR },
	[JOB_CANCELLED] = { "xcan", ROLE_WARN }, [JOB_OTHER] = { "?", ROLE_UNTRUSTED },
};

/* Of an id the end tells one from another. */
static Clean tail(Arena *a, const char *text, size_t n)
{
	Str s = str_of(text);

	return clean_text(a, s.n > n ? str_sub(s, s.n - n, n) : s, 0);
}

static TableCell state_cell(const JobCell *j, Arena *a)
{
	int state = j->state >= 0 && j->state < JOB_STATES ? j->state : JOB_OTHER;

	if (state == JOB_OTHER)
		return (TableCell){ clean_cut(a, clean_text(a, str_of(j->status), 0), 4), states[state].role, state };
	return (TableCell){ clean_own(states[state].word), states[state].role, state };
}

static TableCell cost_cell(const JobCell *j, Arena *a)
{
	int64_t sum = j->nusd == FIG_NONE ? -1 : j->nusd;

	if (j->unpriced)
		return (TableCell){ clean_own("no $/M"), ROLE_UNPRICED, sum };
	return (TableCell){ fmt_money(a, j->nusd), ROLE_MONEY, sum };
}

/* What a model stopped for, short; what cut an answer off stands out. */
static TableCell stop_cell(const JobCell *j, Arena *a)
{
	static const struct { const char *reason, *word; Role role; } words[] = {
		{ "end_turn", "end", ROLE_DIM },        { "stop_sequence", "seq", ROLE_DIM },    { "tool_use", "tool", ROLE_TEXT },
		{ "max_tokens", "max!", ROLE_WARN },    { "guardrail_intervened", "grd!", ROLE_WARN }, { "content_filtered", "flt!", ROLE_WARN },
		{ "", "-", ROLE_DIM },
	};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcmp(j->stop_reason, words[i].reason) == 0)
			return (TableCell){ clean_own(words[i].word), words[i].role, 0 };
	return (TableCell){ clean_text(a, str_of(j->stop_reason), 0), ROLE_TEXT, 0 };
}

/* Where there is no room for a template's name there is for its version. */
static TableCell template_cell(const JobCell *j, int w, Arena *a)
{
	const char *at = strrchr(j->template, '@');

	if (!*j->template)
		return (TableCell){ clean_own("-"), ROLE_DIM, 0 };
	return (TableCell){ clean_cut_middle(a, clean_text(a, str_of(at && w < 10 ? at : j->template), 0), w), ROLE_TEXT, 0 };
}

TableCell job_age(const JobCell *j, int64_t now_ms, Arena *a)
{
	int64_t age = now_ms - (j->state == JOB_RUNNING && j->started_ms ? j->started_ms : j->updated_ms);

	return (TableCell){ fmt_age(a, age), ROLE_TEXT, age };
}

static TableCell text_cell(Arena *a, const char *text)
{
	return (TableCell){ clean_text(a, str_of(text), 0), ROLE_TEXT, 0 };
}

void job_row(Table *t, const JobCell *j, JobLook look, int64_t now_ms, Arena *a, Arena *ages)
{
	/* Two accounts may have jobs of the same id. */
	TableRow *r = table_add(t, *j->context ? arena_printf(a, "%s/%s", j->context, j->id) : str_of(j->id), j);
	TableCell *c = r->cell;
	int64_t tok = tokens_total(&j->tokens);

	c[COL_STATE] = state_cell(j, a);
	c[COL_AGE] = job_age(j, now_ms, ages);
	c[COL_ID] = (TableCell){ tail(a, j->id, 8), ROLE_TEXT, 0 };
	c[COL_CONTEXT] = text_cell(a, j->context);
	c[COL_AGENT] = (TableCell){ clean_cut_middle(a, clean_text(a, arena_printf(a, "%s@%s", j->agent, j->version), 0), 22), ROLE_TEXT, 0 };
	c[COL_TENANT] = text_cell(a, j->tenant);
	c[COL_PERSONA] = text_cell(a, look.failures ? j->error_code : j->persona);
	if (look.failures)
		c[COL_PERSONA].role = ROLE_ERROR;
	c[COL_TOKENS] = (TableCell){ j->has_tokens ? fmt_count(a, tok) : clean_own("-"), ROLE_TEXT, j->has_tokens ? tok : -1 };
	c[COL_COST] = cost_cell(j, a);
	c[COL_RETRIES] = (TableCell){ fmt_count(a, j->retries), j->retries ? ROLE_WARN : ROLE_DIM, j->retries };
	c[COL_TRACE] = (TableCell){ tail(a, j->trace, (size_t)width_of(COL_TRACE, look)), ROLE_TEXT, 0 };
	c[COL_MODEL] = (TableCell){ fmt_model(a, str_of(j->model), width_of(COL_MODEL, look)), ROLE_TEXT, 0 };
	c[COL_CACHE] = (TableCell){ clean_own(j->cache_hit == TRI_UNKNOWN ? "-" : j->cache_hit == TRI_YES ? "hit" : "miss"), ROLE_TEXT, 0 };
	c[COL_LATENCY] = (TableCell){ fmt_ms(a, j->latency_ms), ROLE_TEXT, j->latency_ms };
	c[COL_STOP] = stop_cell(j, a);
	c[COL_TEMPLATE] = template_cell(j, width_of(COL_TEMPLATE, look), a);
}
