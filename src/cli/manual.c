#include "cli/manual.h"

#include "base/utf8.h"
#include "base/version.h"

/* A line that begins with a dot or a quote is a request; a backslash begins an escape; a plain hyphen is a typographic one. Sources: groff(7),
 * man-pages(7). */
static void put_text(Buf *out, const char *text)
{
	const Str s = str_of(text);
	uint32_t cp;
	int n;

	if (*text == '.' || *text == '\'')
		(void)buf_puts(out, "\\&");
	for (size_t i = 0; i < s.n; i += (size_t)(n < 0 ? -n : n)) {
		n = utf8_next(s, i, &cp);
		if (n != 1)
			(void)buf_printf(out, "\\[u%04X]", n < 0 ? 0xFFFDu : (unsigned)cp);
		else
			(void)buf_puts(out, cp == '\\' ? "\\e" : cp == '-' ? "\\-" : (char[]){ (char)cp, 0 });
	}
}

static void put_flag(Buf *out, const OptionFlag *f)
{
	(void)buf_puts(out, ".TP\n.B ");
	if (f->letter)
		(void)buf_printf(out, "\\-%c, ", f->letter);
	put_text(out, f->name);
	if (f->alias) {
		(void)buf_puts(out, ", ");
		put_text(out, f->alias);
	}
	if (f->arg) {
		(void)buf_puts(out, " \\fI");
		put_text(out, f->arg);
		(void)buf_puts(out, "\\fR");
	}
	(void)buf_puts(out, "\n");
	put_text(out, f->help);
	(void)buf_puts(out, "\n");
}

static void put_command(Buf *out, const Command *c)
{
	size_t n;
	const OptionFlag *v = options_flags(&n);
	bool any = false;

	(void)buf_puts(out, ".TP\n.B ");
	put_text(out, c->name);
	(void)buf_puts(out, " \\fI");
	put_text(out, c->args);
	(void)buf_puts(out, "\\fR\n");
	put_text(out, c->help);
	for (size_t i = 0; i < n && !c->raw; i++) {
		if (!(v[i].group & c->flags))
			continue;
		(void)buf_puts(out, any ? ", " : ". Flags: ");
		put_text(out, v[i].name);
		any = true;
	}
	(void)buf_puts(out, "\n");
}

static const char front[] =
	".SH NAME\nseismo \\- console and real\\-time monitor for fleets of AI agents on Amazon Bedrock\n"
	".SH SYNOPSIS\n.B seismo\n[\\fIflags\\fR]\n.br\n.B seismo\n\\fICOMMAND\\fR [\\fIflags\\fR]\n"
	".SH DESCRIPTION\nWithout a command the console opens: views of cost, jobs, caches, alerts, agents and their versions, a playground and\n"
	"templates, live and back in time. ? lists the keys of what is shown. \\fBseismo demo\\fR shows it on a simulated region that needs no\n"
	"account. Nothing is written to AWS but by commands that say so, with \\fB\\-\\-write\\fR and a word of yours.\n.SH COMMANDS\n";
static const char files[] =
	".TP\n.I ~/.config/seismo/config.yaml\ncontexts, sources, budgets, alert rules, limits; \\fBseismo config default\\fR prints an example\n"
	".TP\n.I ~/.config/seismo/views/*.yaml, ~/.config/seismo/themes/*.yaml\nviews and themes of your own\n"
	".TP\n.I ~/.local/share/seismo/\nsnapshots, one for each context: what was seen, and the sums over it\n"
	".TP\n.I ~/.local/state/seismo/\njournals of what was begun, and the audit files\n";
static const char environment[] =
	".TP\n.B AWS_PROFILE, AWS_REGION, AWS_CONFIG_FILE, \\fRand the others of the AWS SDKs\nare read as the SDKs read them\n"
	".TP\n.B NO_COLOR\nno colours\n.TP\n.B XDG_CONFIG_HOME, XDG_DATA_HOME, XDG_STATE_HOME\nother places than those above\n";
static const char codes[] =
	".TP\n.B 0\ndone\n.TP\n.B 1\nfailed\n.TP\n.B 2\nbad usage or configuration\n.TP\n.B 3\nrefused: read-only, not confirmed, or against the policy\n"
	".TP\n.B 4\nsomebody else was first; the message names who\n.TP\n.B 5\nthe outcome is not known; \\fBseismo op resolve\\fR takes it up\n"
	".TP\n.B 6\nmoved, and not verified in time\n";

void manual_page(const Command *commands, Buf *out)
{
	size_t n;
	const OptionFlag *v = options_flags(&n);

	(void)buf_printf(out, ".TH SEISMO 1 \"\" \"seismo %s\" \"User Commands\"\n%s", SEISMO_VERSION, front);
	for (const Command *c = commands; c->name; c++)
		put_command(out, c);
	(void)buf_puts(out, ".SH FLAGS\nThese go with every command.\n");
	for (size_t i = 0; i < n; i++)
		if (!v[i].group)
			put_flag(out, &v[i]);
	(void)buf_puts(out, ".SS Flags of some commands\n");
	for (size_t i = 0; i < n; i++)
		if (v[i].group)
			put_flag(out, &v[i]);
	(void)buf_printf(out, ".SH EXIT STATUS\n%s.SH FILES\n%s.SH ENVIRONMENT\n%s", codes, files, environment);
}
