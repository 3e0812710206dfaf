/* The playground of the console: one conversation (chat/chat.h) with the models of the first context that is shown, what is being typed,
 * and the conversations that the store keeps. It goes on while other views are looked at. For app/ files and the pane that shows it. */
#ifndef APP_PLAYGROUND_H
#define APP_PLAYGROUND_H

#include "app/answer_store.h"
#include "app/pane.h"
#include "chat/chat.h"
#include "ui/editor.h"

/* Of the program's own tools: those that the view lists; these or, without a list, all; none. */
typedef enum LocalTools { LOCAL_LISTED, LOCAL_ON, LOCAL_OFF } LocalTools;

typedef struct Playground {
	App    *a;
	struct Watch *w;               /* of whose account the models are */
	Chat   *chat;
	Editor  input;
	bool    typing;                /* keys go to the input */
	int64_t agreed_nusd, again_nusd;   /* what the question, or asking the last one again, may cost: refused for it a moment ago */
	char    id[40], title[96];     /* of the conversation; title empty: its first question is its name */
	int64_t created_ms, used_ms;   /* used: asked, answered, gone on with */
	bool    pinned;
	size_t  focus;                 /* column */
	struct PlaygroundMcp *mcp;     /* playground_mcp.h; NULL: no servers run */
	LocalTools local;
	struct MaskBook *masked;       /* what of this conversation is kept under another name */
	struct TemplateList *templates;        /* template_list.h; NULL: not looked at yet */
	struct AnswerCache *cache;
	AnswerStore answers;
	int64_t looked_ms;             /* monotonic: when a model was last looked for */
} Playground;

/* Opened at the first call. NULL: nothing is watched. */
Playground *playground_of(App *a);
void playground_close(App *a);     /* before the context's session closes */
void playground_tick(App *a);      /* what was not used for an hour and is not pinned goes, whether or not a playground was opened */

/* What it may cost. off: why nothing can be asked at all, with the remedy; empty: it can. */
typedef struct PlaygroundMoney { int64_t spent_nusd, session_nusd; char off[240]; } PlaygroundMoney;
void playground_money(App *a, PlaygroundMoney *out);

/* What the keys of the pane ask for; each says on the bottom line why it could not. */
void playground_send(App *a);
void playground_cancel(App *a);
void playground_retry(App *a);
void playground_edit(App *a);      /* takes the last question back into the input */
void playground_fork(App *a);      /* goes on as a conversation of its own; the one so far is kept as it is */
void playground_new(App *a);
void playground_add_column(App *a);

/* Behind ':' */
void playground_model(App *a, Str rest);
void playground_system(App *a, Str rest);
void playground_route(App *a, Str rest);
void playground_cache(App *a, Str rest);
void playground_tier(App *a, Str rest);
void playground_temperature(App *a, Str rest);
void playground_guardrail(App *a, Str rest);
void playground_prompt_cache(App *a, Str rest);
void playground_warm_up(App *a, Str rest);     /* asks what is typed, which stays, to fill the prompt caches */
void playground_tokens(App *a, Str rest);      /* asks the service what the text that is typed will come to */
void playground_copy(App *a, Str rest);        /* "": the answer; "N": its Nth code block; "last" */
void playground_case(App *a, Str rest);        /* the last question, as a case of a suite's dataset */
void playground_column(App *a, Str rest);
void playground_tool(App *a, Str rest);
void playground_list(App *a, Str rest);
void playground_resume(App *a, Str rest);
void playground_pin(App *a, Str rest);
void playground_forget(App *a, Str rest);
void playground_fork_command(App *a, Str rest);
void playground_new_command(App *a, Str rest);
/* The model id that is being typed, as far as those of the price table that begin so agree, with or without a geography before them; NULL: no
 * further. Owned by the app. */
const char *playground_complete(App *a, const char *line);

#endif
