#include "node/batch_file.h"

#include "node/io/batch_option.h"
#include "node/io/option_table.h"
#include "node/word_file.h"

static bool take_batch(const char *word, struct batch_rule *rule)
{
	return batch_option_parse(word, rule);
}

static bool take_pipeline(const char *word, struct batch_rule *rule)
{
	uint64_t number;
	if (!option_number(word, 1, PENDING_MAX, &number))
		return false;
	rule->pipeline = (uint32_t)number;
	return true;
}

/* One of the two settings, whose file has its name. */
static enum status take_setting(const char *dir, const char *name, const char *told,
				bool (*take)(const char *word, struct batch_rule *rule),
				struct batch_rule *rule)
{
	char path[PATH_BYTES], word[WORD_BYTES + 1];
	if (told != NULL && take(told, rule))
		return word_file_write(dir, name, told);
	const enum status status = word_file_read(dir, name, path, word);
	if (status != STATUS_OK || word[0] == '\0' || take(word, rule))
		return status;
	return status_fail(STATUS_CORRUPT,
			   "%s is no setting that --%s takes: remove the file, or start the node "
			   "with --%s",
			   path, name, name);
}

enum status batch_file_take(const char *dir, const char *batch, const char *pipeline,
			    struct batch_rule *rule)
{
	*rule = (struct batch_rule){0};
	const enum status status = take_setting(dir, "batch", batch, take_batch, rule);
	if (status != STATUS_OK)
		return status;
	return take_setting(dir, "pipeline", pipeline, take_pipeline, rule);
}
