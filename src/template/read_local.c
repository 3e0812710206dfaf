/* Templates in files of a folder: NAME.txt, .md or .prompt, and its seal beside it as NAME.txt.seal.json. Without a seal its id is the name
 * without the ending, and what stands behind an @ is its version: vc-analysis@2.2.md. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/xalloc.h"
#include "model/template.h"
#include "template/own.h"

enum { SEAL_MAX = 64 << 10 };

static const char *const endings[] = { ".txt", ".md", ".prompt" };

static size_t ending(Str name)
{
	for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
		if (str_ends(name, str_of(endings[i])) && name.n > strlen(endings[i]) && name.p[0] != '.')
			return strlen(endings[i]);
	return 0;
}

static void take_seal(TemplatesRead *r, const TemplateSource *s, Template *t, const char *path)
{
	Str place = arena_printf(&r->out->arena, "%s.seal.json", path);
	Buf json = { 0 };
	Err e = { 0 };

	if (file_exists(place.p)) {
		if (file_read(place.p, &json, SEAL_MAX, &e) == 0 && seal_parse(&r->out->arena, read_keep(r, buf_str(&json)), &t->seal, &e) == 0)
			t->sealed = true;
		else
			read_problem(r, s, place, str_of(e.text));
	}
	buf_done(&json);
}

static void take_file(TemplatesRead *r, const TemplateSource *s, const char *folder, Str name)
{
	Str path = arena_printf(&r->out->arena, "%s/%.*s", folder, STR_ARG(name)), bare = str_sub(name, 0, name.n - ending(name));
	struct stat st;
	Buf text = { 0 };
	Template *t;
	Err e = { 0 };

	if (file_read(path.p, &text, TEMPLATE_MAX, &e) < 0) {
		read_problem(r, s, path, str_of(e.text));
	} else if ((t = read_add(r, s))) {
		t->place = path;
		t->updated_ms = stat(path.p, &st) == 0 ? (int64_t)st.st_mtime * 1000 : 0;
		t->id = read_keep(r, str_cut(bare, '@', &t->version));
		t->version = read_keep(r, t->version);
		take_seal(r, s, t, path.p);
		if (t->sealed) {
			t->id = t->seal.names.id;
			t->version = t->seal.names.version;
		}
		read_text(r, t, buf_str(&text));
	}
	buf_done(&text);
}

void read_local(TemplatesRead *r, const TemplateSource *s)
{
	char *asked = arena_cstr(&r->out->arena, s->path), *folder = path_expand(asked);
	DIR *d = opendir(folder);
	struct dirent *f;

	if (!d)
		read_problem(r, s, str_of(folder), str_of(strerror(errno)));
	while (d && (f = readdir(d)))
		if (ending(str_of(f->d_name)))
			take_file(r, s, folder, str_of(f->d_name));
	if (d)
		(void)closedir(d);
	free(folder);
}
