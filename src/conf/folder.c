#include "conf/folder.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "conf/checks.h"
#include "conf/embed.h"

enum { MAX_BYTES = 1 << 20, MAX_FILES = 200 };

Str folder_file_id(Str file)
{
	while (memchr(file.p, '/', file.n))
		(void)str_cut(file, '/', &file);
	return str_ends(file, STR(".yaml")) ? str_sub(file, 0, file.n - 5) : file;
}

static void add_file(ConfFolder *out, ConfFile f)
{
	for (size_t i = 0; i < out->count; i++)
		if (str_eq(out->file[i].id, f.id)) {
			out->file[i] = f;
			return;
		}
	out->file[out->count++] = f;
}

static void add_builtin(Arena *a, const char *folder, ConfFolder *out)
{
	Str prefix = arena_printf(a, "%s/", folder);

	for (const Embedded *f = embedded_files; f->name && out->count < MAX_FILES; f++)
		if (str_starts(str_of(f->name), prefix))
			add_file(out, (ConfFile){ .id = folder_file_id(str_of(f->name)), .file = f->name,
			                          .text = { f->begin, (size_t)(f->end - f->begin) },
			                          .tree = { f->tree, (size_t)(f->tree_end - f->tree) } });
}

static int add_user_file(Arena *a, const char *dir, const char *name, ConfFolder *out, Err *e)
{
	ConfFile f = { .id = arena_str(a, folder_file_id(str_of(name))), .user = true };
	Buf text = { 0 };

	f.file = arena_printf(a, "%s/%s", dir, name).p;
	if (!check_id(f.id))
		return err_kind(e, ERR_USAGE, "%s/: a file's name is a-z, 0-9 and - before .yaml", dir);
	if (out->count == MAX_FILES)
		return err_kind(e, ERR_USAGE, "%s/: more than %d files", dir, MAX_FILES);
	if (file_read(f.file, &text, MAX_BYTES, e) < 0) {
		buf_done(&text);
		if (e)
			e->kind = ERR_USAGE;
		return -1;
	}
	f.text = arena_str(a, buf_str(&text));
	buf_done(&text);
	add_file(out, f);
	return 0;
}

static int is_yaml(const struct dirent *d)
{
	return d->d_name[0] != '.' && str_ends(str_of(d->d_name), STR(".yaml"));
}

int folder_read(Arena *a, const char *folder, const char *user_dir, ConfFolder *out, Err *e)
{
	struct dirent **entry = NULL;
	int n, rc = 0;

	*out = (ConfFolder){ .file = ARENA_ARRAY(a, ConfFile, MAX_FILES) };
	add_builtin(a, folder, out);
	if (!user_dir)
		return 0;
	n = scandir(user_dir, &entry, is_yaml, alphasort);
	if (n < 0)
		return errno == ENOENT || errno == ENOTDIR ? 0 : err_kind(e, ERR_USAGE, "cannot read the folder %s: %s", user_dir, strerror(errno));
	for (int i = 0; i < n; i++) {
		if (rc == 0)
			rc = add_user_file(a, user_dir, entry[i]->d_name, out, e);
		free(entry[i]);
	}
	free(entry);
	return rc;
}
