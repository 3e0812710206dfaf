/* The frame row of the snapshot: the last painted figures, for the first paint of the next start. */
#include "app/figures.h"

#include <string.h>

#include "store/frame.h"
#include "wire/text.h"

/* One screen of jobs is enough to start with, and a tenth of the bytes to read before the first paint. */
enum { FRAME_JOBS = 64 };

static size_t frame_bytes(int32_t jobs)
{
	return offsetof(Figures, job) + (size_t)jobs * sizeof(JobCell);
}

/* A checksum and not a hash: it stands between every start and its first paint, and reads all of the frame. */
static uint64_t frame_check(const Figures *f, size_t bytes)
{
	const size_t from = offsetof(Figures, check) + sizeof f->check;

	return crc32_of(0, (Str){ (const char *)f + from, bytes - from });
}

int figures_save(Store *s, const char *name, Figures *f, Err *e)
{
	size_t bytes;

	if (f->job_count > FRAME_JOBS)
		f->job_count = FRAME_JOBS;
	bytes = frame_bytes(f->job_count);
	f->size = (int32_t)bytes;
	f->check = frame_check(f, bytes);
	return store_put_frame(s, name, (Str){ (const char *)f, bytes }, f->at_ms, e);
}

/* No disk and no row has a checksum of its own: a bit that turned over must not become an index or an endless text. */
static int check(const Figures *f, size_t bytes, Err *e)
{
	if (bytes < frame_bytes(0) || f->version != FIG_VERSION || f->size != (int64_t)bytes)
		return err_set(e, "no frame of this version");
	if (frame_check(f, bytes) != f->check || f->job_count < 0 || frame_bytes(f->job_count) != bytes)
		return err_set(e, "the frame is damaged");
	return 0;
}

int figures_load(Store *s, const char *name, Figures *out, Err *e)
{
	Arena a = { 0 };
	Str blob;
	int64_t at;
	int rc = store_get_frame(s, name, &a, &blob, &at, e);

	if (rc == 0 && blob.n > sizeof *out)
		rc = err_set(e, "no frame of this version");
	if (rc == 0) {
		memcpy(out, blob.p, blob.n);
		rc = check(out, blob.n, e);
	}
	arena_done(&a);
	return rc;
}

int figures_peek(const char *store_path, const char *name, Figures *out)
{
	size_t n;

	return store_peek_frame(store_path, name, out, sizeof *out, &n) < 0 ? -1 : check(out, n, NULL);
}
