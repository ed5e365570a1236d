#!/bin/sh
# Submits the code that request.sh received, or the one that a person read, and prints the verification.
#
#   VERIFY_REQUEST_ID  the request_id that came with the code, or the one of the start
#   VERIFY_CODE        the code
#   CLIENT_TOKEN       the client_token of the start; request.sh prints all three
#   SILENT_AUTH_API    the ApiUrl of a deployment. Default: the local stack, http://127.0.0.1:3000
set -eu
. "$(dirname "$0")/silent-auth.sh"

for name in VERIFY_REQUEST_ID VERIFY_CODE CLIENT_TOKEN; do
  eval "value=\${$name:-}"
  [ -n "$value" ] || fail "$name is not set: eval \"\$(sh request.sh)\" sets it."
done
case $VERIFY_REQUEST_ID$VERIFY_CODE in
  *[\"\\]*) fail 'VERIFY_REQUEST_ID and VERIFY_CODE must not hold quotes or backslashes.' ;;
esac

call POST /check-code "$CLIENT_TOKEN" \
  "{\"request_id\":\"$VERIFY_REQUEST_ID\",\"code\":\"$VERIFY_CODE\"}"
expect 200 202
STATUS=$(member status)
# The answer of Vonage was lost: the outcome comes with its webhook.
while [ "$STATUS" = checking ]; do
  sleep 1
  read_status
done
cat "$WORK/answer"
echo
[ "$STATUS" = completed ] || fail "Not verified: $STATUS."
