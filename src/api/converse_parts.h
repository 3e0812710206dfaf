/* Shapes of Converse that other operations take as well. Inner header: converse.c has them. */
#ifndef API_CONVERSE_PARTS_H
#define API_CONVERSE_PARTS_H

#include "api/shape.h"

/* ConverseMessage, ConverseSystem, ConverseTools */
extern const Shape converse_message_shape, converse_system_shape, converse_tools_shape;

#endif
