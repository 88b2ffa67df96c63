# The commands of the documents that are not run as they are written when the documents are tested:
#
# | command                          | in its place                        | why                              |
# | -------------------------------- | ----------------------------------- | -------------------------------- |
# | npm ci                           | is there a lock file                | the tests run on its outcome     |
# | npm test, npm run NAME           | is there a script of that name      | the tests would run themselves   |
# | npm run demo                     | makes what the demo leaves behind   | test/demo.test.ts runs the demo  |
# | npm run build, npm run palisade  | the same without npm                | npm takes half a second a call   |
# | plan, apply, ... of the latter   | the same at a local cloud           | there is no account              |
# | npx jest PATH                    | is there such a test                | the tests would run themselves   |
# | npx NAME                         | is it installed                     | the same                         |
# | s, aliyun, terraform             | are the files there that they name  | they need an account             |
# | git clone, cd palisade           | nothing                             | the tests are in a copy already  |
# | sleep                            | waits for out/local.json            | it is what the pages sleep for   |
# | kill                             | waits for the end, too              | the next one takes the same port |
#
# Sourced by the script that the tests make of a page. CLOUD is the address of a local cloud with the groups
# of the demo.

set -euo pipefail
trap 'jobs -p | xargs -r kill 2> /dev/null || true' EXIT
mkdir -p out

script_exists() {
  node -e 'if (!require("./package.json").scripts[process.argv[1]]) process.exit(1)' "$1" ||
    { echo "there is no npm script $1" >&2; return 1; }
}

files_exist() {
  for argument in "$@"; do
    case "$argument" in
      *.yml | *.yaml | *.json | *.tf) [ -e "$argument" ] || { echo "there is no $argument" >&2; return 1; } ;;
    esac
  done
}

# Exit codes over 1 say what was found.
palisade() {
  local status=0 endpoint=()
  case "$1" in
    local) exec node --import tsx scripts/palisade.ts "$@" ;;
    plan | apply | lint | explain | replay | rollback | doctor | init)
      case " $* " in
        *' --endpoint '* | *' --inventory '* | *' --batch '*) ;;
        *) endpoint=(--endpoint "$CLOUD") ;;
      esac
      ;;
  esac
  node --import tsx scripts/palisade.ts "$@" ${endpoint[@]+"${endpoint[@]}"} || status=$?
  case "$status" in 0 | 2 | 3) ;; *) return "$status" ;; esac
}

npm() {
  case "$*" in
    ci) [ -e package-lock.json ] ;;
    test) script_exists test ;;
    'run demo' | 'run --silent demo') node --import tsx test/support/documents/demo-remains.ts ;;
    'run --silent palisade -- '*) shift 4 && palisade "$@" ;;
    'run build' | 'run --silent build') node --import tsx scripts/build.ts ;;
    'run build -- '*) shift 3 && node --import tsx scripts/build.ts "$@" ;;
    'run --silent build -- '*) shift 4 && node --import tsx scripts/build.ts "$@" ;;
    'run --silent '*) script_exists "$3" ;;
    'run '*) script_exists "$2" ;;
    *) echo "npm $*: say in test/support/documents/commands.sh how it is tested" >&2 && return 1 ;;
  esac
}

npx() {
  case "$1" in
    jest) for path in "${@:2}"; do compgen -G "$path*" > /dev/null || { echo "there is no test $path" >&2; return 1; }; done ;;
    palisade) shift && palisade "$@" ;;
    *) [ -e "node_modules/.bin/$1" ] || { echo "$1 is not installed" >&2; return 1; } ;;
  esac
}

s() { files_exist "$@"; }
aliyun() { files_exist "$@"; }
terraform() { files_exist "$@"; }
git() { [ "$1" = clone ] || command git "$@"; }
cd() { [ "$1" = palisade ] || builtin cd "$@"; }

kill() {
  builtin kill "$@"
  wait "$@" || true
  rm -f out/local.json
}

sleep() {
  for _ in {1..600}; do
    grep -qs '}$' out/local.json && return
    command sleep 0.1
  done
  echo 'nothing was served within a minute' >&2
  return 1
}
