/* Text that a test makes line by line and compares with a stored file. */
#ifndef TESTS_SUPPORT_LINES_H
#define TESTS_SUPPORT_LINES_H

/* What is added from now on is compared with that file. */
void lines_begin(const char *path);

/* Fails as soon as what was added is not what the file says, and shows the line that differs. */
void lines_add(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Fails if the file says more; with REWRITE=1 in the environment the file says from now on what was
 * added. */
void lines_end(void);

#endif
