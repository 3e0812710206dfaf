#include "cli/manual.h"

#include <string.h>

/* --- words of the tables --- */

/* "a|b c": the words that stand first there; put as "a b". None where it is the name of something: those are written in capitals. */
static void put_words(Buf *out, const char *args)
{
	Str first, rest, word;

	first = str_cut(str_of(args), ' ', &rest);
	if (!str_has(first, STR("|")))
		first = first.n && first.p[0] >= 'a' && first.p[0] <= 'z' ? first : STR("");
	while (first.n) {
		/* "list|show OP|resolve OP": the rest of the words stands behind blanks. */
		word = str_cut(first, '|', &first);
		(void)buf_printf(out, " %.*s", STR_ARG(word));
	}
	while (rest.n) {
		word = str_cut(rest, ' ', &rest);
		if (str_has(word, STR("|"))) {
			(void)str_cut(word, '|', &word);
			if (word.n && word.p[0] >= 'a' && word.p[0] <= 'z')
				(void)buf_printf(out, " %.*s", STR_ARG(word));
		}
	}
}

static bool is_file(const char *arg)
{
	return arg && (strstr(arg, "FILE") || strstr(arg, "PATH") || strstr(arg, ".yaml"));
}

static bool has_words(const char *arg)
{
	return arg && arg[0] >= 'a' && arg[0] <= 'z' && strchr(arg, '|');
}

static bool goes_with(const OptionFlag *f, const Command *c)
{
	return !f->group || (c && f->group & c->flags);
}

/* In single quotes, as all three shells read it. */
static void put_quoted(Buf *out, const char *text)
{
	(void)buf_putc(out, '\'');
	for (; *text; text++)
		(void)buf_puts(out, *text == '\'' ? "'\\''" : (char[]){ *text, 0 });
	(void)buf_putc(out, '\'');
}

/* --- bash --- */

static void put_flag_names(Buf *out, const OptionFlag *f, const char *between)
{
	(void)buf_puts(out, f->name);
	if (f->alias)
		(void)buf_printf(out, "%s%s", between, f->alias);
	if (f->letter)
		(void)buf_printf(out, "%s-%c", between, f->letter);
}

static void bash_values(const OptionFlag *v, size_t n, Buf *out)
{
	for (size_t i = 0; i < n; i++) {
		if (!v[i].arg)
			continue;
		(void)buf_puts(out, "\t\t");
		put_flag_names(out, &v[i], "|");
		if (has_words(v[i].arg)) {
			(void)buf_puts(out, ") COMPREPLY=($(compgen -W '");
			put_words(out, v[i].arg);
			(void)buf_puts(out, "' -- \"$cur\")); return ;;\n");
		} else {
			(void)buf_puts(out, is_file(v[i].arg) ? ") COMPREPLY=($(compgen -f -- \"$cur\")); return ;;\n" : ") return ;;\n");
		}
	}
}

static void bash_case(const Command *c, const OptionFlag *v, size_t n, Buf *out)
{
	(void)buf_printf(out, "\t\t%s) words='", c ? c->name : "''");
	if (c)
		put_words(out, c->args);
	(void)buf_puts(out, "' flags='");
	for (size_t i = 0; i < n; i++)
		if (goes_with(&v[i], c) && !(c && c->raw))
			(void)buf_printf(out, " %s", v[i].name);
	(void)buf_puts(out, "' ;;\n");
}

static void bash(const Command *commands, Buf *out)
{
	size_t n;
	const OptionFlag *v = options_flags(&n);

	(void)buf_puts(out, "# bash completion for seismo, made by: seismo completion bash\n_seismo()\n{\n"
	                    "\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} cmd= words= flags= all='");
	for (const Command *c = commands; c->name; c++)
		(void)buf_printf(out, "%s ", c->name);
	(void)buf_puts(out, "' i\n\tCOMPREPLY=()\n\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
	                    "\t\tcase \" $all\" in *\" ${COMP_WORDS[i]} \"*) cmd=${COMP_WORDS[i]}; break ;; esac\n\tdone\n\tcase $prev in\n");
	bash_values(v, n, out);
	(void)buf_puts(out, "\tesac\n\tcase $cmd in\n");
	bash_case(NULL, v, n, out);
	for (const Command *c = commands; c->name; c++)
		bash_case(c, v, n, out);
	(void)buf_puts(out, "\tesac\n\t[ -n \"$cmd\" ] || words=$all\n"
	                    "\tcase $cur in -*) words=$flags ;; esac\n\tCOMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n}\n"
	                    "complete -o default -F _seismo seismo\n");
}

/* --- zsh --- */

/* "name:help" for _describe, whose colons are ours. */
static void zsh_item(Buf *out, const char *name, const char *help)
{
	Buf item = { 0 };

	(void)buf_printf(&item, "%s:", name);
	for (; *help; help++)
		(void)buf_printf(&item, "%s%c", *help == ':' ? "\\" : "", *help);
	(void)buf_puts(out, " ");
	put_quoted(out, buf_cstr(&item));
	buf_done(&item);
}

static void zsh_case(const Command *c, const OptionFlag *v, size_t n, Buf *out)
{
	(void)buf_printf(out, "\t%s)\n\t\twords_=(", c ? c->name : "''");
	if (c)
		put_words(out, c->args);
	(void)buf_puts(out, ")\n\t\tflags_=(");
	for (size_t i = 0; i < n; i++)
		if (goes_with(&v[i], c) && !(c && c->raw))
			zsh_item(out, v[i].name, v[i].help);
	(void)buf_puts(out, ") ;;\n");
}

static void zsh_values(const OptionFlag *v, size_t n, Buf *out)
{
	for (size_t i = 0; i < n; i++) {
		if (!v[i].arg)
			continue;
		(void)buf_puts(out, "\t");
		put_flag_names(out, &v[i], "|");
		(void)buf_puts(out, ") ");
		if (has_words(v[i].arg)) {
			(void)buf_puts(out, "compadd --");
			put_words(out, v[i].arg);
			(void)buf_puts(out, "; return ;;\n");
		} else {
			(void)buf_puts(out, is_file(v[i].arg) ? "_files; return ;;\n" : "_message value; return ;;\n");
		}
	}
}

static void zsh(const Command *commands, Buf *out)
{
	size_t n;
	const OptionFlag *v = options_flags(&n);

	(void)buf_puts(out, "#compdef seismo\n# zsh completion for seismo, made by: seismo completion zsh\n_seismo()\n{\n"
	                    "\tlocal -a commands_ words_ flags_\n\tlocal cmd i\n\tcommands_=(");
	for (const Command *c = commands; c->name; c++)
		zsh_item(out, c->name, c->help);
	(void)buf_puts(out, ")\n\tfor ((i = 2; i < CURRENT; i++)); do\n"
	                    "\t\t[[ -n ${(M)commands_:#${words[i]}:*} ]] && { cmd=${words[i]}; break }\n\tdone\n\tcase ${words[CURRENT-1]} in\n");
	zsh_values(v, n, out);
	(void)buf_puts(out, "\tesac\n\tcase $cmd in\n");
	zsh_case(NULL, v, n, out);
	for (const Command *c = commands; c->name; c++)
		zsh_case(c, v, n, out);
	(void)buf_puts(out, "\tesac\n\t[[ -n $cmd ]] || _describe command commands_\n\t(( $#words_ )) && compadd -a words_\n"
	                    "\t[[ -n $cmd && $#words_ -eq 0 && ${words[CURRENT]} != -* ]] && _files\n\t_describe -o flag flags_\n}\n"
	                    "if [ \"$funcstack[1]\" = _seismo ]; then _seismo \"$@\"; else compdef _seismo seismo; fi\n");
}

/* --- fish --- */

static void fish_flag(const OptionFlag *f, const Command *c, Buf *out)
{
	(void)buf_puts(out, "complete -c seismo");
	if (c)
		(void)buf_printf(out, " -n '__fish_seen_subcommand_from %s'", c->name);
	(void)buf_printf(out, " -l %s", f->name + 2);
	if (f->letter)
		(void)buf_printf(out, " -s %c", f->letter);
	if (f->arg)
		(void)buf_puts(out, is_file(f->arg) ? " -r -F" : " -x");
	if (has_words(f->arg)) {
		(void)buf_puts(out, " -a '");
		put_words(out, f->arg);
		(void)buf_puts(out, "'");
	}
	(void)buf_puts(out, " -d ");
	put_quoted(out, f->help);
	(void)buf_puts(out, "\n");
}

static void fish(const Command *commands, Buf *out)
{
	size_t n;
	const OptionFlag *v = options_flags(&n);
	Buf words = { 0 };

	(void)buf_puts(out, "# fish completion for seismo, made by: seismo completion fish\ncomplete -c seismo -f\n");
	for (const Command *c = commands; c->name; c++) {
		(void)buf_printf(out, "complete -c seismo -n __fish_use_subcommand -a %s -d ", c->name);
		put_quoted(out, c->help);
		buf_reset(&words);
		put_words(&words, c->args);
		if (words.n)
			(void)buf_printf(out, "\ncomplete -c seismo -n '__fish_seen_subcommand_from %s' -a '%.*s'", c->name, STR_ARG(buf_str(&words)));
		(void)buf_puts(out, "\n");
		if (is_file(c->args))
			(void)buf_printf(out, "complete -c seismo -n '__fish_seen_subcommand_from %s' -F\n", c->name);
		for (size_t i = 0; i < n; i++)
			if (v[i].group & c->flags)
				fish_flag(&v[i], c, out);
	}
	for (size_t i = 0; i < n; i++)
		if (!v[i].group)
			fish_flag(&v[i], NULL, out);
	buf_done(&words);
}

int completion_script(const Command *commands, Str shell, Buf *out, Err *e)
{
	static const struct { const char *name; void (*put)(const Command *commands, Buf *out); } shells[] = {
		{ "bash", bash }, { "zsh", zsh }, { "fish", fish },
	};

	for (size_t i = 0; i < sizeof shells / sizeof *shells; i++)
		if (str_is(shell, shells[i].name)) {
			shells[i].put(commands, out);
			return 0;
		}
	return err_kind(e, ERR_USAGE, "usage: seismo completion bash|zsh|fish");
}
