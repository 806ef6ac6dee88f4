/* Paths, private directories, small files, locks and the FIFO that tells an owner's death. */
#ifndef NODE_IO_FILES_H
#define NODE_IO_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "node/io/status.h"

#define PATH_BYTES 512
/* A directory is at most so long that the paths of all files in it are paths, too. */
#define DIR_BYTES (PATH_BYTES - 64)

/* "DIR/NAME"; a result that does not fit is refused. */
enum status path_join(const char *dir, const char *name, char out[PATH_BYTES]);

/* Makes a directory of mode 0700, or checks that an existing one is this user's and closed to
 * others; the absolute path in `out`. */
enum status dir_make(const char *dir, char out[PATH_BYTES]);

/* The absolute path of an existing directory. */
enum status dir_find(const char *dir, char out[PATH_BYTES]);

/* A fresh private directory with `prefix` in its name. */
enum status dir_make_private(const char *prefix, char out[PATH_BYTES]);

/* Where private directories are made: XDG_RUNTIME_DIR, else /tmp. */
const char *dir_private_base(void);

/* Removes a directory and everything in it; follows no link out of it. */
void dir_remove(const char *dir);

/* An exclusive lock on a directory, until the descriptor in *lock is closed or the process ends,
 * however it ends. *lock is -1 and the status OK if another process has it. */
enum status dir_lock(const char *dir, int *lock);

/* Writes all the bytes, in as many pieces as it takes. False: errno says why not. */
bool fd_write_all(int fd, const void *bytes, size_t length);

/* Whole small files. Writing is atomic and durable: all of it, or what was there before. */
enum status file_read(const char *path, size_t length_max, uint8_t *bytes, size_t *length);
enum status file_write(const char *path, const uint8_t *bytes, size_t length);
/* The same for a file of mode 0600 that must not exist. */
enum status file_make(const char *path, const uint8_t *bytes, size_t length);
bool file_exists(const char *path);

/* Copies a file of any length, durably; what was there before is gone, even if that fails. */
enum status file_copy(const char *from, const char *to);

/* A whole file of any length up to `length_max`, with a 0 behind it, in memory that the caller
 * frees. fd_load reads what is left behind a descriptor; `name` stands in the sentence if it
 * fails. */
enum status file_load(const char *path, size_t length_max, char **text, size_t *length);
enum status fd_load(int fd, const char *name, size_t length_max, char **text, size_t *length);

/* The path of a file of this moment in the user's state directory, which is made if it is not
 * there: $XDG_STATE_HOME/PROGRAM/20261126-134500SUFFIX, else under ~/.local/state. */
enum status state_path(const char *program, const char *suffix, char out[PATH_BYTES]);
/* The same of a new, empty file: 20261126-134500-2SUFFIX if that one is there already. */
enum status state_file(const char *program, const char *suffix, char out[PATH_BYTES]);

/* The last line of a text file that is not empty, "" if there is none: what a child said. */
void file_last_line(const char *path, char *line, size_t size);

/* Marks `path` as this process's, for as long as it lives: a record lock whose holder's pid the
 * kernel tells. *held is -1 and the status OK if another process lives there. */
enum status pid_claim(const char *path, int *held);

/* The process that holds it; 0 = none. */
pid_t pid_holder(const char *path);

/* The FIFO `alive`. Its owner holds the writing end; readers see a hang-up when it dies. */
enum status fifo_own(const char *path, int *writing_end);
enum status fifo_watch(const char *path, int *reading_end);

#endif
