#include "app/ops_seen.h"

#include "base/file.h"

/* JOURNAL_ROWS: far more than anybody does in the days that a stop may hold. LOOK_TAKES_MS: a look at all of a registry. */
enum { JOURNAL_ROWS = 500, LOOK_TAKES_MS = 60000 };

static int read_journal(const char *path, Arena *a, OpsRow **out, size_t *n, Err *e)
{
	Journal *j;
	JournalRow *row;
	size_t rows;
	int rc;

	*n = 0;
	*out = NULL;
	if (!path || !file_exists(path))
		return 0;
	if (!(j = journal_open(path, e)))
		return -1;
	if ((rc = journal_list(j, false, JOURNAL_ROWS, a, &row, &rows, e)) == 0) {
		*out = ARENA_ARRAY(a, OpsRow, rows + 1);
		for (size_t i = 0; i < rows; i++) {
			(*out)[*n].row = row[i];
			/* One that cannot be read does not hide the others. */
			*n += intent_read(a, row[i].facts, &(*out)[*n].x, NULL) == 0;
		}
	}
	journal_close(j);
	return rc;
}

bool ops_looked_since(const OpsAsk *q, const RegPointer *p, int64_t ms)
{
	return q->looked_ms[p->source] > ms + LOOK_TAKES_MS;
}

int ops_seen(Store *s, const OpsAsk *q, Arena *a, OpsSeen *out, Err *e)
{
	Registry r;
	OpsRow *row;
	OpsFrom from = { .q = q, .r = &r };

	*out = (OpsSeen){ 0 };
	if (registry_read(s, q->since_ms, a, &r, e) < 0 || read_journal(q->journal, a, &row, &from.rows, e) < 0)
		return -1;
	from.row = row;
	moves_seen(&from, a, out);
	stops_seen(&from, a, out);
	return 0;
}
