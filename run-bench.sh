#!/usr/bin/env bash
# Measures and appends to perf/results: run-bench.sh [scenario…]; without names, all but those that need S3. run-bench.sh --help lists them; the method is in perf/README.md.
set -euo pipefail
shopt -s inherit_errexit
source "$(dirname "${BASH_SOURCE[0]}")/datasets/programs.sh"
cd "$repository"

scenarios() {
  cat <<'END'
micro                  the reader and the encoder alone, on one thread (BenchmarkDotNet)
parquet-to-clickhouse  lineitem and five shapes of Parquet files into ClickHouse, against the server's own pull, with its defaults and tuned
start                  --help, and the first row of a copy in the server
memory                 the same copy within 256 MiB, within 1 GiB, and without a limit
deletes                Iceberg with position and with equality deletes, Delta with deletion vectors, into ClickHouse, against the engine's own readers
one-file               a Parquet file of 4 GB into ClickHouse
many-files             20,000 small Parquet files into ClickHouse
wide                   a Parquet file of 1,000 columns into ClickHouse
planning               plans of tables of a million files
pruning                filtered reads with and without page indexes and bloom filters
decoding               Parquet files decoded on one thread, against other decoders
adoption               whole files from one place to another, against cp, rclone and aws; with BULKMOVER_BENCH_BUCKET, a bucket in S3, also within that
store-to-clickhouse    from S3, near and far, into ClickHouse; in the bucket BULKMOVER_BENCH_BUCKET, filled by rclone; not without being named
page                   makes perf/results/README.md anew, which each scenario does at its end

BULKMOVER_BENCH_SCALE=0.01 tries a scenario with so much of its rows; its results then go to datasets/data/scale-0.01. BULKMOVER_BENCH_ROUNDS: runs of each series.
END
}

readonly scale=${BULKMOVER_BENCH_SCALE:-1} rounds=${BULKMOVER_BENCH_ROUNDS:-5}
if [ "$scale" = 1 ]; then
  readonly data=datasets/data results=perf/results
else
  readonly data=datasets/data/scale-$scale
  readonly results=$data/results
  mkdir -p "$results" && cp perf/allocations.json "$data"
fi

# rows NUMBER prints how many rows are made where a whole run has that many.
rows() { awk -v rows="$1" -v scale="$scale" 'BEGIN { printf "%d", rows * scale }'; }

# measure SCENARIO OPTIONS…
measure() {
  local program
  program=$(built perf/Throughput BulkMover.Throughput)
  "$program" "$1" --results "$results" --rounds "$rounds" "${@:2}"
}

# lineitem NAME ROWS OPTIONS… makes the table, and prints where.
lineitem() {
  datasets/make.sh lineitem --rows "$(rows "$2")" --out "$data/lineitem/$1" "${@:3}" >&2
  echo "$data/lineitem/$1"
}

# shape NAME ROWS makes a file of columns of one kind, and prints where.
shape() {
  datasets/make.sh shapes --shape "$1" --rows "$(rows "$2")" --out "$data/shapes/$1.parquet" >&2
  echo "$data/shapes/$1.parquet"
}

all_shapes() {
  shape narrow-integers 12000000
  shape wide-floats 2000000
  shape few-texts 12000000
  shape long-texts 1000000
  shape lists 3000000
}

micro() {
  local program artifacts
  program=$(built perf/Benchmarks BulkMover.Benchmarks)
  artifacts=$(mktemp -d)
  "$program" "$results" --artifacts "$artifacts"
  rm -r "$artifacts"
}

parquet_to_clickhouse() {
  local bulkmover file shapes
  bulkmover=$(published)
  file=$(lineitem lineitem-6m-snappy.parquet 6000000)
  shapes=$(all_shapes)
  # shellcheck disable=SC2086 # a word each
  measure parquet-to-clickhouse --bulkmover "$bulkmover" --datasets "$file" $shapes
}

start() {
  local bulkmover file
  bulkmover=$(published)
  file=$(lineitem lineitem-6m-snappy.parquet 6000000)
  measure start --bulkmover "$bulkmover" --dataset "$file"
}

memory() {
  local bulkmover file
  bulkmover=$(published)
  file=$(lineitem lineitem-6m-snappy.parquet 6000000)
  measure memory --bulkmover "$bulkmover" --dataset "$file"
}

# The Delta table is that of Iceberg with position deletes, adopted: its data files, and a deletion vector for each.
deletes() {
  local bulkmover kind tables=$data/deletes
  bulkmover=$(published)
  for kind in positions equality; do
    datasets/make.sh deletes --kind "$kind" --rows "$(rows 6000000)" --out "$tables/iceberg-$kind"
  done
  "$bulkmover" copy "iceberg:$tables/iceberg-positions" "delta:$tables/delta-vectors" --adopt require
  measure deletes --bulkmover "$bulkmover" --tables "$tables"
}

one_file() {
  local bulkmover file
  bulkmover=$(published)
  file=$(lineitem lineitem-4gb.parquet 88000000)
  measure one-file --bulkmover "$bulkmover" --datasets "$file"
}

many_files() {
  local bulkmover files
  bulkmover=$(published)
  files=$(lineitem lineitem-20000-files 20000000 --files "$(rows 20000)")
  measure many-files --bulkmover "$bulkmover" --datasets "$files"
}

wide() {
  local bulkmover file
  bulkmover=$(published)
  file=$(shape wide 200000)
  measure wide --bulkmover "$bulkmover" --datasets "$file"
}

planning() {
  local kind tables=$data/many-files files
  files=$(rows 1000000)
  for kind in iceberg iceberg-deletes iceberg-vectors delta delta-sidecars; do
    datasets/make.sh many-files --kind "$kind" --files "$files" --out "$tables/$kind"
  done
  datasets/make.sh many-files --kind iceberg --files "$((files / 10))" --out "$tables/iceberg-tenth"
  measure planning --tables "$tables" --files "$files"
}

pruning() {
  local plain indexed
  plain=$(lineitem lineitem-6m-snappy.parquet 6000000)
  indexed=$(lineitem lineitem-6m-page-index.parquet 6000000 --page-rows 16384)
  measure pruning --plain "$plain" --indexed "$indexed"
}

decoding() {
  local shapes
  shapes=$(all_shapes)
  datasets/make.sh lineitem --rows "$(rows 6000000)" --out "$data/shapes/lineitem-6m-snappy.parquet"
  # Compiled at once and without counting branches: so is the released command.
  # shellcheck disable=SC2086 # a word each
  DOTNET_TC_QuickJit=0 DOTNET_TieredPGO=0 measure decoding --datasets $shapes "$data/shapes/lineitem-6m-snappy.parquet"
}

# A few large files, and many small ones. The programs beside ours must be there.
adoption() {
  local bulkmover directory directories
  bulkmover=$(published)
  directories=$(lineitem 8-files 24000000 --files 8 && lineitem 1000-files 1000000 --files 1000)
  for directory in $directories; do
    measure adoption --bulkmover "$bulkmover" --directory "$directory" ${BULKMOVER_BENCH_BUCKET:+--bucket "$BULKMOVER_BENCH_BUCKET"}
  done
}

store_to_clickhouse() {
  local bulkmover file
  bulkmover=$(published)
  file=$(lineitem lineitem-6m-snappy.parquet 6000000)
  measure store-to-clickhouse --bulkmover "$bulkmover" --dataset "$file" --bucket "${BULKMOVER_BENCH_BUCKET:?names a bucket in S3}"
}

page() {
  "$(built perf/Throughput BulkMover.Throughput)" page --results "$results"
}

[ $# -gt 0 ] || set -- micro parquet-to-clickhouse start memory deletes one-file many-files wide planning pruning decoding adoption
for scenario in "$@"; do
  if [ "$scenario" = --help ]; then
    scenarios
  elif scenarios | grep -q "^$scenario  "; then
    "${scenario//-/_}"
  else
    printf "There is no scenario '%s'; these are there:\n\n%s\n" "$scenario" "$(scenarios)" >&2
    exit 2
  fi
done
