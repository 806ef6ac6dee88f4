/* What failed outside of this program. A failing system call becomes a status; the function that
 * sees it says what it was doing in a sentence that tells the user what to do, and main prints it,
 * once. */
#ifndef NODE_IO_STATUS_H
#define NODE_IO_STATUS_H

enum status {
	STATUS_OK = 0,
	STATUS_USAGE,       /* asked for something that makes no sense: EXIT_USAGE */
	STATUS_UNAVAILABLE, /* it cannot be done here and now: EXIT_INCONCLUSIVE */
	STATUS_CORRUPT,     /* what is stored is not what was stored: EXIT_INCONCLUSIVE */
	STATUS_DENIED,      /* not with this key, or not these permissions: EXIT_INCONCLUSIVE */
};

/* Keeps the sentence (no newline at its end) for status_text and returns `status`. */
__attribute__((format(printf, 2, 3))) enum status status_fail(enum status status,
							      const char *format, ...);

/* The same, with ": " and errno's words after it. */
__attribute__((format(printf, 2, 3))) enum status status_fail_errno(enum status status,
								    const char *format, ...);

/* The last sentence, "" if none; valid until the next status_fail. */
const char *status_text(void);

/* How both programs end; a script that starts one can rely on these numbers. */
enum exit_code {
	EXIT_PASS = 0,
	EXIT_VIOLATED = 1,     /* a property or an expectation does not hold */
	EXIT_INCONCLUSIVE = 2, /* it could not be found out, or could not be done */
	EXIT_USAGE = 64,       /* the command line makes no sense */
	EXIT_INTERRUPTED = 130,
};

/* The exit code of a program that ends because of it. */
int status_exit(enum status status);

#endif
