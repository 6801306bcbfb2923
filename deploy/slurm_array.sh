#!/usr/bin/env bash
# Spread a run over a SLURM cluster such as Habrok, on a file system that its nodes share. From the repository, on the login node:
#
#   deploy/slurm_array.sh PARTS [NOTEBOOK...]     plan, submit PARTS parts and, after them, the collection that publishes
#
# sbatch reads its own settings from the environment: SBATCH_PARTITION, SBATCH_TIMELIMIT, SBATCH_ACCOUNT, SBATCH_MEM_PER_NODE.
# LWO_DATA and LWO_OUTPUTS as everywhere; LWO_PROCESSORS for the processors of one part (1).
# A part that is requeued, or submitted again, makes what is left. When a part failed, the collection names what is missing
# and publishes nothing; LWO_MANIFEST says which plan it belongs to.
#SBATCH --job-name=lwo
#SBATCH --requeue
#SBATCH --open-mode=append
set -euo pipefail

lwo=${LWO_COMMAND:-.venv/bin/lwo}

case ${1:-} in
part)
    # exec: a signal for the job reaches lwo itself, which ends its kernels.
    exec "$lwo" run --manifest "$2" --shard "$SLURM_ARRAY_TASK_ID/$3" --jobs "${SLURM_CPUS_PER_TASK:-1}"
    ;;
collect)
    exec "$lwo" collect --manifest "$2"
    ;;
[1-9]*)
    parts=$1
    shift
    outputs=${LWO_OUTPUTS:-outputs}
    manifest=${LWO_MANIFEST:-$outputs/runs/manifest.jsonl}
    logs=$outputs/runs/logs
    mkdir -p "$logs"
    "$lwo" plan --manifest "$manifest" "$@"
    array=$(sbatch --parsable --array="1-$parts" --cpus-per-task="${LWO_PROCESSORS:-1}" \
        --output="$logs/part-%a.log" "$0" part "$manifest" "$parts")
    # afterany, not afterok: the collection itself says what is missing.
    collection=$(sbatch --parsable --dependency="afterany:$array" --output="$logs/collect.log" "$0" collect "$manifest")
    echo "parts: job $array; collection: job $collection"
    ;;
*)
    echo "deploy/slurm_array.sh: expected the number of parts, found '${1:-}'; see the top of the file." >&2
    exit 2
    ;;
esac
