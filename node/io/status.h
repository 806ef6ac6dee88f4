/* What failed outside of us. A failing system call becomes a status; the function that sees it says
 * what it was doing in a sentence that tells the user what to do, and main prints it, once. */
#ifndef NODE_IO_STATUS_H
#define NODE_IO_STATUS_H

enum status {
	STATUS_OK = 0,
	STATUS_USAGE,       /* asked for something that makes no sense: exit 64 */
	STATUS_UNAVAILABLE, /* it cannot be done here and now: exit 2 */
	STATUS_CORRUPT,     /* what is stored is not what was stored: exit 2 */
	STATUS_DENIED,      /* not with this key, or not these permissions: exit 2 */
};

/* Keeps the sentence (no newline at its end) for status_text and returns `status`. */
__attribute__((format(printf, 2, 3))) enum status status_fail(enum status status,
							      const char *format, ...);

/* The same, with ": " and errno's words after it. */
__attribute__((format(printf, 2, 3))) enum status status_fail_errno(enum status status,
								    const char *format, ...);

/* The last sentence, "" if none; valid until the next status_fail. */
const char *status_text(void);

/* The exit code of a program that ends because of it. */
int status_exit(enum status status);

#endif
