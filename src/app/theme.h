/* The theme: which one is drawn at first, and which one when a person or the terminal's background says so. */
#ifndef APP_THEME_H
#define APP_THEME_H

#include "app/pane.h"

int  theme_open(App *a, Err *e);
/* Asks the terminal for its background when the configuration leaves the theme to it and nothing else has said which it has. */
void theme_ask(App *a);
/* The terminal's answer, 0xRRGGBB: light or dark, unless a person has chosen meanwhile. */
void theme_background(App *a, uint32_t rgb);
/* ":theme ID": from now on; read again each time, so that a file that is being written can be looked at. Alone: which there are. */
void theme_command(App *a, Str rest);
/* The line with the first theme's name that goes on so; NULL: it is no such line, or there is none. */
const char *theme_complete(App *a, const char *line);

#endif
