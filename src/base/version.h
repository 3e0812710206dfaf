/* What this program is, for people and for servers that ask. */
#ifndef BASE_VERSION_H
#define BASE_VERSION_H

#define SEISMO_VERSION "0.1.0"

#endif
