#!/usr/bin/env bash
# Builds everything and runs all tests. The last line is "N passed, N failed, N skipped"; the exit code is 0 when tests ran and none failed.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
source datasets/programs.sh

# Far above what any project needs: only what hangs gets there.
readonly seconds_per_project=1200
readonly configuration=Release
passed=0 failed=0 skipped=0

main() {
  # Tests speak to this machine alone; without it an SDK may ask the network who it is.
  export AWS_EC2_METADATA_DISABLED=true
  need_dotnet && need_tools && need_corpus && build || { echo "nothing was tested" >&2; exit 1; }
  local project
  for project in tests/*/*.csproj; do run_project "$(basename "$project" .csproj)"; done
  rm -rf "$logs"
  echo "$passed passed, $failed failed, $skipped skipped"
  [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
}

# The embedded engine and Azure's emulator come with npm, and node runs the latter; the command is published as native code, which a C compiler
# links; S3 is a Ceph gateway; replicated tables need a ZooKeeper.
need_tools() {
  local missing=()
  command -v npm >/dev/null && command -v node >/dev/null || missing+=(nodejs npm)
  command -v clang >/dev/null || command -v gcc >/dev/null || missing+=(gcc libc6-dev)
  command -v ceph-mon >/dev/null && command -v ceph-osd >/dev/null && command -v radosgw >/dev/null && command -v ceph >/dev/null ||
    missing+=(ceph-mon ceph-osd radosgw ceph-common)
  command -v java >/dev/null && [ -e /usr/share/java/zookeeper.jar ] || missing+=(default-jre-headless libzookeeper-java)
  [ "${#missing[@]}" -eq 0 ] && return
  if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
    echo "Installing ${missing[*]} with apt-get"
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null && return
  fi
  echo "Missing: ${missing[*]} (these are Debian's names: apt-get install ${missing[*]}; others: https://nodejs.org, and gcc or clang)" >&2
  return 1
}

need_corpus() {
  export BULKMOVER_CORPUS="${BULKMOVER_CORPUS:-$(cd .. && pwd)/shared/corpus}"
  [ -f "$BULKMOVER_CORPUS/INDEX.json" ] && return
  echo "BulkMover.Conformance is left out: there are no tables of other engines at $BULKMOVER_CORPUS (BULKMOVER_CORPUS names another place)"
  unset BULKMOVER_CORPUS
}

build() {
  # No build server stays behind: it would hold a pipeline's output open.
  dotnet restore BulkMover.sln --locked-mode -v q --disable-build-servers &&
    dotnet build BulkMover.sln --no-restore -c "$configuration" -v q --nologo --disable-build-servers &&
    # What the end-to-end tests run.
    BULKMOVER_COMMAND=$(published) && export BULKMOVER_COMMAND
}

run_project() {
  local name=$1 log="$logs/$1.log" status started=$SECONDS
  local executable="tests/$name/bin/$configuration/net10.0/$name"
  [ "$name" = BulkMover.Testing ] && return # a library
  [ "$name" = BulkMover.Conformance ] && [ -z "${BULKMOVER_CORPUS:-}" ] && return

  # SIGINT first: the runner then stops its tests and says which were running.
  timeout --foreground -s INT -k 20 "$seconds_per_project" "$executable" -reporter verbose -noLogo -noColor </dev/null >"$log" 2>&1
  status=$?
  grep -vE '^    .* \[(STARTING|FINISHED)\]|^  (Discovering|Discovered|Starting|Finished): |^=== TEST EXECUTION SUMMARY' "$log" | grep -vE "^   $name  Total: "
  [ "$((SECONDS - started))" -ge "$seconds_per_project" ] && echo "  $name was stopped after $seconds_per_project s"
  count "$name" "$log" "$status"
  echo "$name: $project_passed passed, $project_failed failed, $project_skipped skipped, $((SECONDS - started)) s"
  passed=$((passed + project_passed)) failed=$((failed + project_failed)) skipped=$((skipped + project_skipped))
}

# Sets project_passed, project_failed and project_skipped.
count() {
  local name=$1 log=$2 status=$3 total summary
  summary=$(grep -E "^   $name  Total: " "$log" | tail -n 1)
  if [ -n "$summary" ]; then
    total=$(number Total)
    project_failed=$(number Failed) project_skipped=$(number Skipped)
    project_passed=$((total - project_failed - project_skipped))
    # An error is a failure outside of a test: a fixture that could not be disposed.
    project_failed=$((project_failed + $(number Errors)))
    [ "$total" -eq 0 ] && echo "  $name has no tests"
  else
    echo "  $name ended with exit code $status in the middle of:"
    unfinished "$log"
    project_skipped=$(grep -cE '^    .* \[SKIP\]$' "$log")
    project_failed=$(grep -cE '^    .* \[FAIL\]$' "$log")
    project_passed=$(($(grep -cE '^    .* \[FINISHED\] ' "$log") - project_failed - project_skipped))
    project_failed=$((project_failed + $(unfinished "$log" | wc -l)))
  fi
  # However it went wrong, it is counted.
  if [ "$project_failed" -eq 0 ] && { [ "$status" -ne 0 ] || [ "$((project_passed + project_skipped))" -eq 0 ]; }; then project_failed=1; fi
}

# A number of the runner's summary line, which leaves out what is zero when all are.
number() {
  local value
  value=$(sed -nE "s/.* $1: ([0-9]+).*/\\1/p" <<<"$summary")
  echo "${value:-0}"
}

unfinished() {
  awk '/^    .* \[STARTING\]$/ { sub(/ \[STARTING\]$/, ""); running[$0] = 1 }
       / \[FINISHED\] Time: / { sub(/ \[FINISHED\] Time: .*$/, ""); delete running[$0] }
       END { for (test in running) print test }' "$1"
}

logs=$(mktemp -d)
main
