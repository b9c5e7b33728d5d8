#!/usr/bin/env bash
# Measures and appends to perf/results: run-bench.sh [micro] [parquet-to-clickhouse]; without names, all of them. The method is in perf/README.md.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/datasets/programs.sh"
cd "$repository"

micro() {
  local program artifacts
  program=$(built perf/Benchmarks BulkMover.Benchmarks)
  artifacts=$(mktemp -d)
  "$program" --artifacts "$artifacts"
  {
    printf '\n## %s, commit %s\n\n' "$(date -u '+%Y-%m-%d %H:%M UTC')" "$(git describe --always --dirty --abbrev=10)"
    cat "$artifacts"/results/*-github.md
  } >>perf/results/micro.md
  rm -r "$artifacts"
}

parquet_to_clickhouse() {
  local bulkmover program dataset=datasets/data/lineitem/lineitem-6m-snappy.parquet
  bulkmover=$(published)
  program=$(built perf/Throughput BulkMover.Throughput)
  datasets/make.sh lineitem --rows 6000000 --out "$dataset"
  "$program" parquet-to-clickhouse --bulkmover "$bulkmover" --dataset "$dataset" --results perf/results
}

[ $# -gt 0 ] || set -- micro parquet-to-clickhouse
for scenario in "$@"; do
  case $scenario in
    micro) micro ;;
    parquet-to-clickhouse) parquet_to_clickhouse ;;
    *) echo "There is no scenario '$scenario'; there are micro and parquet-to-clickhouse." >&2; exit 2 ;;
  esac
done
