/* "Did you mean ...?", for code that reads words which people type. */
#ifndef PROTO_CORE_SUGGEST_H
#define PROTO_CORE_SUGGEST_H

/* The nearest of `count` names to `word` if it is near enough to be meant, else NULL. A name that
 * is NULL or empty is passed over. The result is one of `name`. */
const char *suggest(const char *word, const char *const *name, unsigned count);

#endif
