#!/bin/sh
# Write .env from .env.example, with a random secret wherever one is empty. A .env that is there stays as it is.
set -eu

target=${1:-.env}
if [ -e "$target" ]; then
    echo "$target is there already and stays as it is. To begin anew, move it away; what was encrypted with its" >&2
    echo "AIRFLOW_FERNET_KEY, and databases made with its passwords, can only be opened with the old one." >&2
    exit 1
fi

random() {
    head -c "$1" /dev/urandom | base64 | tr -d '\n'
}

umask 077
new=$(mktemp "$target.XXXXXX")
trap 'rm -f "$new"' EXIT
while IFS= read -r line; do
    case $line in
        *_FERNET_KEY=) line=$line$(random 32 | tr '+/' '-_') ;;
        AIRFLOW_JWT_SECRET=) line=$line$(random 66 | tr '+/' 'xy') ;; # signs by SHA-512: a key of 64 bytes
        *_PASSWORD= | *_SECRET= | *_TOKEN= | SANDBOX_API_KEY=) line=$line$(random 24 | tr '+/' 'xy') ;;
    esac
    printf '%s\n' "$line"
done < .env.example > "$new"
set -C
cat "$new" > "$target"
echo "$target is written, readable by you only. The password of the UI's admin is AIRFLOW_ADMIN_PASSWORD in it."
