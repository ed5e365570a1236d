# What request.sh and check-verification-code.sh share: calls of the backend, and sentences for failures.

API=${SILENT_AUTH_API:-http://127.0.0.1:3000}
API=${API%/}

fail() {
  printf '%s\n' "$*" >&2
  exit 1
}

command -v curl > /dev/null || fail 'curl is needed.'
WORK=$(mktemp -d) || exit 1
trap 'rm -rf "$WORK"' EXIT
trap 'exit 130' INT TERM

# The first string member with the name $1 of the last answer.
member() {
  awk -v name="$1" '
    match($0, "\"" name "\"[ \t]*:[ \t]*\"[^\"]*\"") {
      value = substr($0, RSTART, RLENGTH - 1)
      sub(/^"[^"]*"[ \t]*:[ \t]*"/, "", value)
      print value
      exit
    }' "$WORK/answer"
}

# call METHOD PATH TOKEN [BODY [HEADER]]: sets HTTP_STATUS, and keeps the answer.
call() {
  method=$1 path=$2 token=$3 body=${4-} header=${5-accept: application/json}
  set -- -sS --max-time 28 -X "$method" -H "$header" -o "$WORK/answer" -w '%{http_code}'
  if [ -n "$token" ]; then set -- "$@" -H "authorization: Bearer $token"; fi
  if [ -n "$body" ]; then set -- "$@" -H 'content-type: application/json' -d "$body"; fi
  : > "$WORK/answer"
  HTTP_STATUS=$(curl "$@" "$API$path" 2> "$WORK/error") || {
    cat "$WORK/error" >&2
    fail "Nothing answers at $API. Run 'npm start', or set SILENT_AUTH_API to the ApiUrl of a deployment."
  }
}

# Ends the script with what the last answer says, unless its status is one of the arguments.
expect() {
  for wanted in "$@"; do if [ "$HTTP_STATUS" = "$wanted" ]; then return 0; fi; done
  code=$(member code)
  if [ -n "$code" ]; then fail "HTTP $HTTP_STATUS $code: $(member title). $(member detail)"; fi
  if [ "$HTTP_STATUS" = 401 ]; then fail 'This stage asks for a token: set SILENT_AUTH_TOKEN.'; fi
  fail "HTTP $HTTP_STATUS of $API is not an answer of the backend. Is SILENT_AUTH_API right?"
}

read_status() {
  call GET /status "$CLIENT_TOKEN"
  expect 200
  STATUS=$(member status)
  [ -n "$STATUS" ] || fail "The answer of $API is not one of the backend."
}

is_final() {
  case $STATUS in
    completed | failed | user_rejected | expired | blocked | cancelled | aborted) return 0 ;;
    *) return 1 ;;
  esac
}
