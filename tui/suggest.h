/* "Did you mean": the nearest of some words to one that is none of them. */
#ifndef TUI_SUGGEST_H
#define TUI_SUGGEST_H

/* Typing slips (a letter wrong, missing, too many, or two swapped) between two words; words of more
 * than 31 letters are never near. */
unsigned suggest_distance(const char *a, const char *b);

/* Offers one candidate; keeps it in *best if it is nearer to `word` than what is there, and near
 * enough to be meant. *best starts as NULL, *distance as anything. */
void suggest_offer(const char *word, const char *candidate, const char **best, unsigned *distance);

#endif
