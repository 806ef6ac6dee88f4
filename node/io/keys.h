/* Key pairs in files of mode 0600. A secret is made in the process that uses it and goes nowhere
 * but into its file: not on a command line, not on the bus. */
#ifndef NODE_IO_KEYS_H
#define NODE_IO_KEYS_H

#include "node/io/status.h"
#include "proto/wire/crypto.h"

/* Makes a key pair and its file, which must not exist. */
enum status key_make(const char *path, struct public_key *public_key, struct secret_key *secret);

/* Refuses a file that others can read, or that is no key. */
enum status key_load(const char *path, struct public_key *public_key, struct secret_key *secret);

/* Loads it, or makes it if there is none. */
enum status key_load_or_make(const char *path, struct public_key *public_key,
			     struct secret_key *secret);

/* Random bytes of the operating system. */
void random_fill(void *bytes, size_t length);

#endif
