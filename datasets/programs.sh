# To be sourced by the scripts that run programs of this repository.

readonly repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# built FOLDER NAME prints the path of a Release program, published as users get it; it is built first when a source is newer.
built() {
  local program="$repository/$1/bin/published/$2"
  if [ ! -x "$program" ] || [ -n "$(newer_sources "$program.dll")" ]; then
    need_dotnet || return
    # No build server stays behind: it would hold a pipeline's output open.
    echo "Building $2 (Release)" >&2
    (cd "$repository" && dotnet publish "$1" -c Release -o "$1/bin/published" -v q --nologo --disable-build-servers >&2) || return
    touch "$program.dll" # The build leaves it alone when nothing that matters has changed.
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
