#!/usr/bin/env bash
# Gets a real Iceberg table (3,000,000 flights) and copies it into a real ClickHouse, both on this machine; needs the .NET SDK and npm.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/programs.sh"
cd "$repository"

readonly source=iceberg:datasets/data/flights_iceberg
readonly target="clickhouse+embedded:datasets/data/clickhouse?table=demo.flights"
readonly question="SELECT origin, count() AS flights, round(avg(delay), 1) AS minutes_late FROM demo.flights GROUP BY origin ORDER BY flights DESC LIMIT 5"

[ -d datasets/data/flights_iceberg ] || command -v npm >/dev/null || {
  echo "npm is missing; the sample and the embedded ClickHouse come as npm packages: install Node.js with npm (Debian: apt-get install nodejs npm; others: https://nodejs.org)" >&2
  exit 1
}
bulkmover=$(built src/BulkMover.Cli bulkmover)
datasets/make.sh flights --data datasets/data

echo "> bulkmover copy $source \"$target\" --mode replace"
"$bulkmover" copy "$source" "$target" --mode replace

echo
echo "> datasets/make.sh query --data datasets/data/clickhouse \"$question\""
datasets/make.sh query --data datasets/data/clickhouse "$question"
