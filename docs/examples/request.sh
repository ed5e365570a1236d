#!/bin/sh
# Starts a verification, waits for the check_url and opens it hop by hop, as the phone does.
#
#   eval "$(sh request.sh)" && sh check-verification-code.sh
#
# What it found out is printed as variables for the second script; progress goes to standard error.
#
#   VERIFY_NUMBER      the number, E.164. Default: a number that completes on the local stack
#   VERIFY_TO_EMAIL    the mailbox of the fallback. Default: no fallback
#   SILENT_AUTH_API    the ApiUrl of a deployment. Default: the local stack, http://127.0.0.1:3000
#   SILENT_AUTH_TOKEN  the bearer token of /start, where the stage has a JWT authorizer
set -eu
. "$(dirname "$0")/silent-auth.sh"

MAX_HOPS=15
NUMBER=${VERIFY_NUMBER:-+447700900178}
EMAIL=${VERIFY_TO_EMAIL:-}

unset VERIFY_CODE

say() { printf '%s\n' "$*" >&2; }

fail() {
  say "$*"
  echo false # so that the eval fails too
  exit 1
}

start() {
  case $NUMBER$EMAIL in
    *[\"\\]*) fail 'VERIFY_NUMBER and VERIFY_TO_EMAIL must not hold quotes or backslashes.' ;;
  esac
  body="{\"phone_number\":\"$NUMBER\",\"channels\":[\"silent_auth\"]}"
  if [ -n "$EMAIL" ]; then
    body="{\"phone_number\":\"$NUMBER\",\"email\":\"$EMAIL\",\"channels\":[\"silent_auth\",\"email\"]}"
  fi
  key=$(od -An -tx1 -N24 /dev/urandom | tr -d ' \n')
  call POST /start "${SILENT_AUTH_TOKEN:-}" "$body" "idempotency-key: $key"
  expect 202
  CLIENT_TOKEN=$(member client_token)
  VERIFY_REQUEST_ID=$(member request_id)
  say "Started: request_id $VERIFY_REQUEST_ID"
}

# Waits until there is something to do; sets ACTION.
wait_for_action() {
  while :; do
    read_status
    ACTION=$(member type)
    if is_final; then
      reason=$(member reason)
      fail "The verification has ended: $STATUS${reason:+, $reason}."
    fi
    if [ "$ACTION" != "${1-}" ] && [ -n "$ACTION" ]; then return; fi
    sleep 1
  done
}

# Follows the redirects of the check_url; sets HANDSET_STATUS and keeps the last answer.
open_check_url() {
  url=$1
  hop=1
  : > "$WORK/cookies"
  while [ "$hop" -le "$MAX_HOPS" ]; do
    case $url in
      https://* | http://127.0.0.1:* | http://localhost:*) ;;
      *) fail 'The check_url leads to an address without https.' ;;
    esac
    seen=$(curl -sS --max-time 10 -b "$WORK/cookies" -c "$WORK/cookies" -o "$WORK/answer" \
      -w '%{http_code} %{redirect_url}' "$url" 2> "$WORK/error") || {
      cat "$WORK/error" >&2
      HANDSET_STATUS=000
      return
    }
    HANDSET_STATUS=${seen%% *}
    host=${url#*://}
    say "Hop $hop: ${host%%/*} answers $HANDSET_STATUS"
    url=${seen#* }
    if [ -z "$url" ]; then return; fi
    hop=$((hop + 1))
  done
}

leave_silent_auth() {
  call POST /next-workflow "$CLIENT_TOKEN" "{\"from\":\"silent_auth\",\"error\":\"$1\"}"
  expect 200
}

# Vonage knows of a refusal and reports it within 5 s; a second report skips the channel by itself.
report_refusal() {
  leave_silent_auth check_url_rejected
  for _ in 1 2 3 4 5 6; do
    read_status
    if is_final || [ "$(member type)" != open_check_url ]; then return; fi
    sleep 1
  done
  leave_silent_auth check_url_rejected
}

start
wait_for_action
if [ "$ACTION" = open_check_url ]; then
  open_check_url "$(member check_url)"
  RECEIVED_REQUEST_ID=$(member request_id)
  RECEIVED_CODE=$(member code)
  if [ "$HANDSET_STATUS" = 200 ] && [ -n "$RECEIVED_REQUEST_ID" ] && [ -n "$RECEIVED_CODE" ]; then
    # As received: the backend compares the request_id with its own.
    VERIFY_REQUEST_ID=$RECEIVED_REQUEST_ID
    VERIFY_CODE=$RECEIVED_CODE
  else
    say "The carrier did not confirm the number (HTTP $HANDSET_STATUS)."
    case $HANDSET_STATUS in
      409 | 412) report_refusal ;;
      *) leave_silent_auth sdk_error ;;
    esac
    wait_for_action open_check_url
  fi
fi
quote() { printf "%s='%s'\n" "$1" "$(printf '%s' "$2" | sed "s/'/'\\\\''/g")"; }
quote CLIENT_TOKEN "$CLIENT_TOKEN"
quote VERIFY_REQUEST_ID "$VERIFY_REQUEST_ID"
echo 'export CLIENT_TOKEN VERIFY_REQUEST_ID'
if [ -n "${VERIFY_CODE-}" ]; then
  quote VERIFY_CODE "$VERIFY_CODE"
  echo 'export VERIFY_CODE'
  say 'The code has come: run check-verification-code.sh.'
else
  echo 'unset VERIFY_CODE'
  say "A code is on its way to $EMAIL. Set VERIFY_CODE to it and run check-verification-code.sh."
  if [ -z "${SILENT_AUTH_API:-}" ]; then say "Local mails: http://127.0.0.1:3002/inbox?to=$EMAIL"; fi
fi
