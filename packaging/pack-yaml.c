/* Runs while seismo is built: reads a YAML file and writes its tree (src/conf/yaml_pack.h).
 *
 *     pack-yaml FILE OUT
 *
 * A file that is not as strict as those of users must be ends the build. */
#include <stdio.h>

#include "base/file.h"
#include "conf/yaml_pack.h"

static int pack(const char *file, const char *to, Err *e)
{
	Buf text = { 0 }, tree = { 0 };
	Arena a = { 0 };
	YamlNode *root;
	int rc = -1;

	if (file_read(file, &text, 1 << 20, e) == 0 && yaml_parse(&a, file, buf_str(&text), &root, e) == 0)
		rc = yaml_pack(root, &tree) < 0 ? err_set(e, "%s: too large", file) : file_put(to, buf_str(&tree), true, e);
	arena_done(&a);
	buf_done(&text);
	buf_done(&tree);
	return rc;
}

int main(int argc, char **argv)
{
	Err e = { 0 };

	if (argc != 3)
		(void)err_set(&e, "usage: pack-yaml FILE OUT");
	else if (pack(argv[1], argv[2], &e) == 0)
		return 0;
	(void)fprintf(stderr, "%s\n", e.text);
	return 1;
}
