/* JSON as every report prints it: ASCII only, so that no text in it does anything to a terminal. */
#ifndef TUI_REPORT_JSON_PRINT_H
#define TUI_REPORT_JSON_PRINT_H

#include <jansson.h>
#include <stdio.h>

/* `flags` as json_dumpf takes them. */
void json_print(const json_t *json, size_t flags, FILE *to);

/* A string of any bytes: those that are no UTF-8, which JSON cannot hold, become \xNN. NULL if
 * there is no memory. */
json_t *json_text(const char *text);

#endif
