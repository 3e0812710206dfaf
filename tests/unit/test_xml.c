#include "unit.h"

#include "corpus.h"
#include "wire/xml.h"

#define AUTHORED SHARED_DIR "/corpora/config/authored_config.jsonl"
#define SAMPLES SHARED_DIR "/aws/samples/"

enum { CAP = 1 << 20 };

static const XmlNode *parsed(Arena *a, const char *text)
{
	XmlNode *root = NULL;
	Err e = { 0 };

	if (xml_parse(a, str_of(text), CAP, &root, &e) < 0)
		fail_msg("%s", e.text);
	return root;
}

static void paths(void **state)
{
	Arena a = { 0 };
	const XmlNode *root = parsed(&a, "<?xml version='1.0'?>\n<r xmlns='urn:x' xmlns:p='urn:y'><p:a> x<b>1</b>y </p:a><l><m>1</m><m>2</m></l>"
	                                 "<e>&lt;&#65;&amp;</e><c><![CDATA[ <raw> ]]></c><empty/></r>");
	const XmlNode *m;

	(void)state;
	assert_true(str_is(root->name, "r"));
	assert_true(str_is(xml_text(root, "a"), "xy"));
	assert_true(str_is(xml_text(root, "a/b"), "1"));
	assert_true(str_is(xml_text(root, "e"), "<A&"));
	assert_true(str_is(xml_text(root, "c"), "<raw>"));
	assert_int_equal(xml_text(root, "empty").n, 0);
	assert_null(xml_find(root, "a/none/b"));
	assert_null(xml_find(NULL, "a"));
	m = xml_find(root, "l/m");
	assert_non_null(m);
	assert_true(str_is(m->text, "1"));
	assert_true(str_is(m->next->text, "2"));
	assert_true(str_is(xml_find(root, "c")->text, " <raw> "));      /* a leaf as it stands */
	assert_true(str_is(xml_find(root, "a")->text, "xy"));
	arena_done(&a);
}

static void assert_refused(const char *text, const char *part)
{
	Arena a = { 0 };
	XmlNode *root = NULL;
	Err e = { 0 };

	assert_int_equal(xml_parse(&a, str_of(text), CAP, &root, &e), -1);
	assert_null(root);
	if (!strstr(e.text, part))
		fail_msg("\"%s\" is not in \"%s\"", part, e.text);
	arena_done(&a);
}

static void refuses(void **state)
{
	Arena a = { 0 };
	XmlNode *root = NULL;
	Err e = { 0 };
	char deep[65 * 3 + 1];

	(void)state;
	assert_refused("", "line 1");
	assert_refused("<a><b></a>", "line 1, column 9: mismatched");
	assert_refused("<!DOCTYPE a><a/>", "document type");
	assert_refused("<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>", "document type");
	assert_refused("<a>&nbsp;</a>", "undefined entity");
	assert_refused("<a/><b/>", "junk");
	assert_refused("<a>\xFF</a>", "line 1");
	for (size_t i = 0; i < 65; i++)
		memcpy(deep + 3 * i, "<a>", 4);
	assert_refused(deep, "64 elements");
	memcpy(deep + 64 * 3, "<a/", 4);
	memcpy(deep + 64 * 3 - 1, "></", 4);
	assert_refused(deep, "line 1");
	assert_int_equal(xml_parse(&a, STR("<abc/>"), 5, &root, &e), -1);
	assert_non_null(strstr(e.text, "5 bytes"));
	arena_done(&a);
}

static void check_sample(const char *file, const char *path, const char *expected)
{
	Arena a = { 0 };
	Buf text = { 0 };
	Err e = { 0 };

	assert_int_equal(file_read(file, &text, CAP, &e), 0);
	if (expected)
		assert_true(str_is(xml_text(parsed(&a, buf_cstr(&text)), path), expected));
	else
		assert_true(xml_text(parsed(&a, buf_cstr(&text)), path).n > 0);
	buf_done(&text);
	arena_done(&a);
}

static void service_samples(void **state)
{
	(void)state;
	SKIP_WITHOUT(SAMPLES "sts-assume-role.xml");
	check_sample(SAMPLES "sts-get-caller-identity.xml", "GetCallerIdentityResult/Account", NULL);
	check_sample(SAMPLES "sts-assume-role.xml", "AssumeRoleResult/Credentials/SecretAccessKey", NULL);
	check_sample(SAMPLES "s3-error-no-such-key.xml", "Code", "NoSuchKey");
	check_sample(SAMPLES "s3-list-objects-v2.xml", "Contents/Key", NULL);
}

static void check_row(const cJSON *row, Str bytes)
{
	Arena a = { 0 };
	XmlNode *root = NULL;

	if (strcmp(row_text(row, "kind"), "xml") == 0) {
		int rc = xml_parse(&a, bytes, CAP, &root, NULL);

		if (strcmp(row_text(row, "expect"), "accept") == 0 && rc < 0)
			fail_msg("%s is refused", row_text(row, "name"));
		/* These two are well-formed: who asks for an account finds out. */
		if (strcmp(row_text(row, "expect"), "reject") == 0 && strcmp(row_text(row, "name"), "xml-two-arns") != 0 &&
		    strcmp(row_text(row, "name"), "xml-wrong-root") != 0)
			assert_int_equal(rc, -1);
		assert_true((rc == 0) == (root != NULL));
	}
	arena_done(&a);
}

static void authored_rows(void **state)
{
	(void)state;
	SKIP_WITHOUT(AUTHORED);
	assert_true(corpus_each(AUTHORED, check_row) > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paths), cmocka_unit_test(refuses), cmocka_unit_test(service_samples), cmocka_unit_test(authored_rows),
	};

	return cmocka_run_group_tests_name("xml", tests, NULL, NULL);
}
