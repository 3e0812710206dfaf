/* Theme files (themes/NAME.yaml): roles to colours. The closed list of roles is here; ui/ draws roles, never colours.
 * A role is given or inherited whole; what is neither is drawn in the terminal's own colours. */
#ifndef CONF_THEMES_H
#define CONF_THEMES_H

#include "base/arena.h"

#define THEME_ROLES(X) \
	X(TEXT, text) X(DIM, dim) X(TITLE, title) X(BORDER, border) X(BORDER_FOCUS, border_focus) X(HEADER, header) \
	X(STATUS, status) X(KEY, key) X(SELECTED, selected) X(MARKED, marked) X(MATCH, match) X(OK, ok) X(INFO, info) \
	X(WARN, warn) X(ERROR, error) X(STALE, stale) X(THROTTLED, throttled) X(LIVE, live) X(MONEY, money) \
	X(UNPRICED, unpriced) X(READONLY, readonly) X(WRITE, write) X(STAGE_DEV, stage_dev) X(STAGE_TEST, stage_test) \
	X(STAGE_PROD, stage_prod) X(UNTRUSTED, untrusted) X(DIFF_ADD, diff_add) X(DIFF_DEL, diff_del) \
	X(CHART_1, chart_1) X(CHART_2, chart_2) X(CHART_3, chart_3) X(CHART_4, chart_4) X(CHART_5, chart_5) X(CHART_6, chart_6)

typedef enum Role {
#define X(up, low) ROLE_##up,
	THEME_ROLES(X)
#undef X
	ROLE_COUNT,
	ROLE_RAMP_0 = ROLE_COUNT,      /* ROLE_RAMP_0 + i: i-th colour of the heatmap ramp as background */
} Role;

typedef enum ColourKind { COLOUR_DEFAULT, COLOUR_16, COLOUR_256, COLOUR_RGB } ColourKind;
typedef struct Colour { ColourKind kind; uint32_t v; } Colour;      /* index or 0xRRGGBB */
enum { ATTR_BOLD = 1, ATTR_DIM = 2, ATTR_UNDERLINE = 4, ATTR_REVERSE = 8 };
typedef struct RoleStyle { Colour fg, bg; unsigned attrs; } RoleStyle;
enum { RAMP_MIN = 5, RAMP_MAX = 9 };
typedef enum Background { BACKGROUND_ANY, BACKGROUND_DARK, BACKGROUND_LIGHT } Background;
typedef struct Theme {
	Str id, name;
	Background background;
	RoleStyle role[ROLE_COUNT];
	Colour ramp[RAMP_MAX]; int ramp_count;
} Theme;
typedef struct Themes { Theme *theme; size_t count; } Themes;

int themes_load(Arena *a, const char *user_dir, Themes *out, Err *e);      /* built-in and the user's; inherits resolved */
/* Only this theme and those it inherits from: what the first paint needs. *out is without it when there is none. */
int themes_load_one(Arena *a, const char *user_dir, Str id, Themes *out, Err *e);
const Theme *themes_find(const Themes *t, Str id);

#endif
