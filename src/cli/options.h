/* The command line: flags and commands are rows; help and completion come from them. */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <stddef.h>

#include "base/err.h"
#include "base/str.h"

typedef enum Output { OUT_TABLE, OUT_JSON, OUT_CSV, OUT_MARKDOWN, OUT_SVG } Output;

typedef struct Options {
	/* everywhere */
	const char *context, *profile, *mfa_code, *region, *endpoint_url, *config, *command, *filter, *refresh, *output;
	bool read_only, write, no_color, ascii, no_mouse, help, version;
	/* some commands */
	const char *since, *by, *model, *text, *view, *size, *at, *port, *seed, *speed, *clock, *scenario, *fault, *max_tokens, *system;
	const char *tokens, *tier, *reason, *span, *until, *file, *day, *pointer, *from, *to, *confirm, *percent;
	const char *rung, *session;
	const char *wait;
	const char *key, *agent, *environment, *as, *template, *label;
	const char *results, *junit, *guardrail;
	bool cache, cached, timing, once, iam, unpriced, force, dry_run, yes, guard, as_case;
	Output out;                       /* output, checked; not given: table, of commands with FLAGS_EXPORT markdown */
	const char *arg[8];               /* what is not a flag, the command itself left out */
	int args;
} Options;

typedef enum FlagType { FLAG_BOOL, FLAG_TEXT } FlagType;

/* One flag. arg: what its value is called; "a|b" is one of these words, FILE and PATH a file. NULL: it takes none. */
typedef struct OptionFlag {
	const char *name, *alias;
	char letter;
	const char *arg, *help;
	FlagType type;
	size_t offset;                    /* in Options */
	unsigned group;                   /* 0: everywhere */
} OptionFlag;

/* args: what follows its name; where the first of them is "a|b", it is one of these words. */
typedef struct Command {
	const char *name, *args, *help;
	unsigned flags;                   /* groups of flags it takes, besides those that go everywhere */
	int  (*run)(const Options *o);    /* returns the exit code */
	bool raw;                         /* gets argv untouched: run_raw */
	int  (*run_raw)(int argc, char **argv);
} Command;

enum { FLAGS_WINDOW = 1, FLAGS_ANSWER = 2, FLAGS_SCREEN = 4, FLAGS_SIM = 8, FLAGS_CHAT = 16, FLAGS_DOCTOR = 32, FLAGS_AT = 64,
	FLAGS_SAID = 128, FLAGS_FOR = 256, FLAGS_PRICES = 1024, FLAGS_EXPORT = 2048, FLAGS_DAY = 4096,
	FLAGS_ACT = 8192, FLAGS_MOVE = 16384, FLAGS_SEAL = 32768,
	FLAGS_STOP = 65536, FLAGS_WAIT = 131072, FLAGS_OF = 262144, FLAGS_EVAL = 524288, FLAGS_MCP = 1048576,
	FLAGS_LABEL = 1 << 21, FLAGS_REPLAY = 1 << 22 };

/* Fills *o from argv[1..]. *command is the row, or NULL for the console. */
int options_parse(int argc, char **argv, const Command *commands, Options *o, const Command **command, Err *e);
void options_help(const Command *commands, const Command *one);       /* to stdout */
const OptionFlag *options_flags(size_t *n);
int  cli_fail(const Err *e);          /* "seismo: sentence" on stderr; returns the exit code */

#endif
