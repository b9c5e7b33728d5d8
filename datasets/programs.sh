# To be sourced by the scripts that run programs of this repository.

readonly repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# built FOLDER NAME prints the path of a Release program; it is built first when a source is newer.
built() {
  made "$2" "$repository/$1/bin/Release/net10.0/$2" "$repository/$1/bin/Release/net10.0/$2.dll" build "$1"
}

# published prints the path of the command as it is released: native code. Needs a C compiler for linking.
published() {
  made "bulkmover, as released" "$repository/src/BulkMover.Cli/bin/published/bulkmover" "$repository/src/BulkMover.Cli/bin/published/bulkmover" \
    publish src/BulkMover.Cli -o src/BulkMover.Cli/bin/published
}

# made WHAT PROGRAM MADE VERB ARGUMENTS… prints PROGRAM; dotnet VERB makes it when MADE is older than a source.
made() {
  local what=$1 program=$2 made=$3
  shift 3
  if [ ! -x "$program" ] || [ -n "$(newer_sources "$made")" ]; then
    need_dotnet || return
    # No build server stays behind: it would hold a pipeline's output open.
    echo "Building $what" >&2
    (cd "$repository" && dotnet "$@" -c Release -v q --nologo --disable-build-servers >&2) || return
    touch "$made" # The build leaves it alone when nothing that matters has changed.
  fi
  echo "$program"
}

newer_sources() {
  find "$repository/src" "$repository/datasets/Generator" "$repository/perf" "$repository"/Directory.* \
    \( -name obj -o -name bin \) -prune -o -newer "$1" -type f \( -name '*.cs' -o -name '*.csproj' -o -name '*.props' \) -print -quit
}

need_dotnet() {
  # In the repository the SDK is chosen by global.json, so this fails too when only other SDKs are there.
  (cd "$repository" && dotnet --version >/dev/null 2>&1) && return
  echo "The .NET SDK that global.json names is missing: https://dotnet.microsoft.com/download/dotnet/10.0" >&2
  return 1
}
