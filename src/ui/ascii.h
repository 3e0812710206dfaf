/* Look-alikes for terminals and fonts without more than ASCII. */
#ifndef UI_ASCII_H
#define UI_ASCII_H

#include "ui/surface.h"

/* What is drawn for a cell's text: as many ASCII characters as it has cells (1 or 2), terminated. */
void ascii_cell(const Cell *c, char out[3]);

#endif
