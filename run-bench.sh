#!/usr/bin/env bash
# Measures and appends to perf/results: run-bench.sh [micro] [parquet-to-clickhouse] [store-to-clickhouse] [planning] [pruning] [decoding] [adoption]; without names, all but those that need S3. The method is in perf/README.md.
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

planning() {
  local program kind tables=datasets/data/many-files
  program=$(built perf/Throughput BulkMover.Throughput)
  for kind in iceberg iceberg-deletes iceberg-vectors delta delta-sidecars; do
    datasets/make.sh many-files --kind "$kind" --out "$tables/$kind"
  done
  datasets/make.sh many-files --kind iceberg --files 100000 --out "$tables/iceberg-100k"
  "$program" planning --tables "$tables" --results perf/results
}

pruning() {
  local program tables=datasets/data/lineitem
  program=$(built perf/Throughput BulkMover.Throughput)
  datasets/make.sh lineitem --rows 6000000 --out "$tables/lineitem-6m-snappy.parquet"
  datasets/make.sh lineitem --rows 6000000 --page-rows 16384 --out "$tables/lineitem-6m-page-index.parquet"
  "$program" pruning --plain "$tables/lineitem-6m-snappy.parquet" --indexed "$tables/lineitem-6m-page-index.parquet" --results perf/results
}

decoding() {
  local program shape tables=datasets/data/shapes
  local -A rows=([narrow-integers]=12000000 [wide-floats]=2000000 [few-texts]=12000000 [long-texts]=1000000 [lists]=3000000)
  program=$(built perf/Throughput BulkMover.Throughput)
  datasets/make.sh lineitem --rows 6000000 --out "$tables/lineitem-6m-snappy.parquet"
  for shape in "${!rows[@]}"; do
    datasets/make.sh shapes --shape "$shape" --rows "${rows[$shape]}" --out "$tables/$shape.parquet"
  done
  # Compiled at once and without counting branches: so is the released command.
  DOTNET_TC_QuickJit=0 DOTNET_TieredPGO=0 "$program" decoding --results perf/results --datasets "$tables"/{narrow-integers,wide-floats,few-texts,long-texts,lists,lineitem-6m-snappy}.parquet
}

# Against cp, rclone and aws, which must be there: a few large files, and many small ones. With BULKMOVER_BENCH_BUCKET, a bucket in S3, also within that; keys and endpoint as for copies.
adoption() {
  local bulkmover program directory
  bulkmover=$(published)
  program=$(built perf/Throughput BulkMover.Throughput)
  datasets/make.sh lineitem --rows 24000000 --files 8 --out datasets/data/lineitem/8-files
  datasets/make.sh lineitem --rows 1000000 --files 1000 --out datasets/data/lineitem/1000-files
  for directory in datasets/data/lineitem/{8,1000}-files; do
    "$program" adoption --bulkmover "$bulkmover" --directory "$directory" --results perf/results ${BULKMOVER_BENCH_BUCKET:+--bucket "$BULKMOVER_BENCH_BUCKET"}
  done
}

# In the bucket BULKMOVER_BENCH_BUCKET, filled by rclone.
store_to_clickhouse() {
  local bulkmover program dataset=datasets/data/lineitem/lineitem-6m-snappy.parquet
  bulkmover=$(published)
  program=$(built perf/Throughput BulkMover.Throughput)
  datasets/make.sh lineitem --rows 6000000 --out "$dataset"
  "$program" store-to-clickhouse --bulkmover "$bulkmover" --dataset "$dataset" --results perf/results --bucket "${BULKMOVER_BENCH_BUCKET:?names a bucket in S3}"
}

[ $# -gt 0 ] || set -- micro parquet-to-clickhouse planning pruning decoding adoption
for scenario in "$@"; do
  case $scenario in
    micro) micro ;;
    parquet-to-clickhouse) parquet_to_clickhouse ;;
    store-to-clickhouse) store_to_clickhouse ;;
    planning) planning ;;
    pruning) pruning ;;
    decoding) decoding ;;
    adoption) adoption ;;
    *) echo "There is no scenario '$scenario'; there are micro, parquet-to-clickhouse, store-to-clickhouse, planning, pruning, decoding and adoption." >&2; exit 2 ;;
  esac
done
