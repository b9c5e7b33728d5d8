#!/usr/bin/env bash
# Runs the generator, built when its sources are newer: datasets/make.sh lineitem --rows 1000 --out /some/where.parquet
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/programs.sh"
program=$(built datasets/Generator BulkMover.Datasets)
exec "$program" "$@"
