#!/bin/bash
#SBATCH --job-name=paxos-search
#SBATCH --array=1-64
#SBATCH --cpus-per-task=1
#SBATCH --output=/dev/null
# A search as an array of Slurm jobs, in a directory that all machines share. One that is requeued goes on
# where it ended.
#
#   sbatch --array=1-256 demo/search-slurm.sh sim --liars 1 --defend all --seeds 1..100000000
#   paxos-tui merge part-*                                      when all have ended
exec "${TUI:-paxos-tui}" "$@" --jobs "${SLURM_CPUS_PER_TASK:-1}" \
	--shard "$SLURM_ARRAY_TASK_ID/$SLURM_ARRAY_TASK_COUNT" --results "part-$SLURM_ARRAY_TASK_ID"
