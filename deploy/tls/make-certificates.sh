#!/bin/sh
# A certificate authority of your own, and a certificate for PostgreSQL by it:
#
#     sh deploy/tls/make-certificates.sh deploy/tls/certificates postgres localhost
#
# Again, it makes a new certificate by the same authority, and clients need nothing new. Needs openssl.
set -eu

if [ $# -lt 2 ]; then
    echo "usage: sh $0 FOLDER HOST... (each name or address by which clients reach the server)" >&2
    exit 2
fi
folder=$1
shift
umask 077
mkdir -p "$folder"
cd "$folder"

names=
for host in "$@"; do
    case $host in
        *[!0-9.]*) names="$names,DNS:$host" ;;
        *) names="$names,IP:$host" ;;
    esac
done
if [ ! -e ca.key ]; then
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 \
        -subj "/CN=Market data, certificate authority" -keyout ca.key -out ca.crt 2>/dev/null
fi
openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=$1" \
    -keyout server.key -out server.csr 2>/dev/null
printf 'subjectAltName = %s\nextendedKeyUsage = serverAuth\n' "${names#,}" > server.extensions
openssl x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 825 \
    -extfile server.extensions -out server.crt 2>/dev/null
rm -f server.csr server.extensions
chmod 644 ca.crt server.crt
# Containers with other users have to find ca.crt in here.
chmod 711 .
echo "$folder: ca.crt is for clients, server.crt and server.key for the server, ca.key for nobody else."
